//! Reads and writes the fields of a PDU. What is missing is `None`; nothing is read beyond the end.

#[derive(Debug)]
pub(in crate::smpp) struct Octets<'a>(pub(in crate::smpp) &'a [u8]);

impl<'a> Octets<'a> {
    pub(in crate::smpp) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::smpp) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    pub(in crate::smpp) fn u8(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(in crate::smpp) fn u16(&mut self) -> Option<u16> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*first))
    }

    pub(in crate::smpp) fn u32(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*first))
    }

    /// A text that ends with NUL.
    pub(in crate::smpp) fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|octet| *octet == 0)?;
        let text = text(&self.0[..end]);
        self.0 = &self.0[end + 1..];
        Some(text)
    }

    /// As [`Octets::text`], but the end of the PDU ends it as well: some carriers leave the NUL out
    /// at the end of a response.
    pub(in crate::smpp) fn last_text(&mut self) -> String {
        self.text()
            .unwrap_or_else(|| text(std::mem::take(&mut self.0)))
    }
}

/// ASCII by the specification. UTF-8 where it is that, else Latin-1.
pub(in crate::smpp) fn text(octets: &[u8]) -> String {
    let utf8 = std::str::from_utf8(octets);
    utf8.map_or_else(
        |_| octets.iter().copied().map(char::from).collect(),
        str::to_owned,
    )
}

/// A NUL inside a text would end it, and is left out.
pub(in crate::smpp) fn write_text(out: &mut Vec<u8>, text: &str) {
    out.extend(text.bytes().filter(|octet| *octet != 0));
    out.push(0);
}
