//! Counts as one row of blocks.

/// An empty hour is the lowest block, so that one with a single message stands out.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One block for each hour, and the scale in words.
pub fn chart(hours: &[u64]) -> String {
    let peak = hours.iter().copied().max().unwrap_or(0);
    if peak == 0 {
        return "no messages".to_owned();
    }
    let block = |count: &u64| {
        let top = BLOCKS.len() as u128 - 1;
        let height = (u128::from(*count) * top).div_ceil(u128::from(peak));
        BLOCKS[usize::try_from(height).unwrap_or_default()]
    };
    let blocks: String = hours.iter().map(block).collect();
    format!("{blocks} peak {peak}/h")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_highest_block_and_a_single_message_is_seen() {
        assert_eq!(chart(&[0, 1, 700, 350, 701, 0]), "▁▂█▅█▁ peak 701/h");
        assert_eq!(chart(&[0, 1]), "▁█ peak 1/h");
        assert_eq!(chart(&[u64::MAX, 0]), format!("█▁ peak {}/h", u64::MAX));
    }

    #[test]
    fn hours_without_messages_are_said_in_words() {
        assert_eq!(chart(&[0; 24]), "no messages");
        assert_eq!(chart(&[]), "no messages");
    }
}
