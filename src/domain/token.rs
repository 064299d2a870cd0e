//! A stream's authorization token: issue, recognize, digest.

use std::fmt;
use std::str::FromStr;

use super::secret::{BASE62, Secret, base62};
use super::value::Invalid;

const PREFIX: &str = "tp_";
const BODY: usize = 30;
const CHECKSUM: usize = 6;

/// As long as SMPP 3.4 lets a password be.
const SMPP_PASSWORD: usize = 8;

/// `tp_`, 30 base62 characters of randomness (178 bits) and 6 of their CRC-32.
///
/// The checksum is no proof of anything: it tells a mistyped token from a wrong one, and lets a
/// secret scanner be sure of what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token(Secret);

/// What may be stored of a token without revealing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenDigest {
    /// SHA-256 of the whole token, in lowercase hexadecimal.
    pub sha256: String,
    /// The last four characters.
    pub hint: String,
}

impl Token {
    /// `random` yields uniformly random bytes.
    pub fn issue(random: impl FnMut() -> u8) -> Self {
        let mut text = format!("{PREFIX}{}", base62(random, BODY));
        let sum = checksum(&text);
        text.push_str(&sum);
        Self(Secret::new(text))
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// For callers that speak SMPP, whose libraries hold passwords to eight characters: base62 digits
    /// that follow from the token (47 bits) and say nothing about it.
    pub fn smpp_password(&self) -> Secret {
        let text = format!("textpeak smpp password {}", self.expose());
        let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        let mut rest = digest.as_ref()[..16]
            .iter()
            .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        let mut digits = String::with_capacity(SMPP_PASSWORD);
        for _ in 0..SMPP_PASSWORD {
            digits.push(char::from(BASE62[(rest % 62) as usize]));
            rest /= 62;
        }
        Secret::new(digits)
    }

    /// How long it takes says nothing about where they differ.
    pub fn is_smpp_password(&self, given: &[u8]) -> bool {
        let expected = self.smpp_password();
        let expected = expected.expose().as_bytes();
        let differing = expected.iter().zip(given);
        expected.len() == given.len() && differing.fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }

    pub fn digest(&self) -> TokenDigest {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.expose().as_bytes());
        let hex = |byte: &u8| {
            [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        };
        TokenDigest {
            sha256: digest.as_ref().iter().flat_map(hex).collect(),
            hint: self.expose()[self.expose().len() - 4..].to_owned(),
        }
    }
}

/// CRC-32 of a token without its checksum, as six base62 digits.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", mask(&self.digest().hint))
    }
}

fn mask(hint: &str) -> String {
    format!("{PREFIX}{}{hint}", Secret::MASK)
}

impl TokenDigest {
    pub fn masked(&self) -> String {
        mask(&self.hint)
    }
}

impl FromStr for Token {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let body = text.strip_prefix(PREFIX).unwrap_or_default();
        if body.len() != BODY + CHECKSUM || !body.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Invalid::new(
                "that is not a token: a token is tp_ followed by 36 letters and digits",
            ));
        }
        let (signed, sum) = text.split_at(PREFIX.len() + BODY);
        if checksum(signed) != sum {
            return Err(Invalid::new(
                "the token is mistyped or truncated: its checksum doesn't match",
            ));
        }
        Ok(Self(Secret::new(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn from_seed(mut seed: u8) -> Token {
        Token::issue(move || {
            seed = seed.wrapping_mul(13).wrapping_add(7);
            seed
        })
    }

    #[test]
    fn is_its_prefix_thirty_characters_and_a_checksum() {
        let token = from_seed(1);
        assert_eq!(token.expose().len(), 39);
        assert_eq!(token.expose().parse::<Token>().unwrap(), token);
    }

    #[test]
    fn never_shows_itself() {
        let token = from_seed(2);
        for shown in [format!("{token}"), format!("{token:?}")] {
            assert!(!shown.contains(&token.expose()[3..35]), "{shown}");
        }
        assert!(token.to_string().ends_with(&token.digest().hint));
    }

    #[test]
    fn digest_is_the_sha256_of_the_whole_token() {
        let text = "tp_000000000000000000000000000000";
        let token: Token = format!("{text}{}", checksum(text)).parse().unwrap();
        assert_eq!(token.digest().sha256.len(), 64);
        assert_ne!(token.digest().sha256, from_seed(3).digest().sha256);
    }

    #[test]
    fn an_smpp_password_is_eight_digits_of_its_own() {
        let token = from_seed(4);
        let password = token.smpp_password();
        assert_eq!(password.expose().len(), 8);
        assert!(!token.expose().contains(password.expose()));
        assert_ne!(password, from_seed(5).smpp_password());
        let given = password.expose();
        assert!(token.is_smpp_password(given.as_bytes()));
        for wrong in [
            &given[..7],
            &format!("{given}0"),
            "",
            &given.replace(&given[..1], "-"),
        ] {
            assert!(!token.is_smpp_password(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn an_smpp_password_is_the_same_in_every_version() {
        let text = "tp_000000000000000000000000000000";
        let token: Token = format!("{text}{}", checksum(text)).parse().unwrap();
        assert_eq!(token.smpp_password().expose(), "kKI1phwp");
    }

    #[test]
    fn the_edges_of_the_alphabet_are_as_likely_as_its_middle() {
        let mut bytes = (0..=255u8).cycle();
        let mut seen = [0u32; 128];
        for _ in 0..62 {
            for b in Token::issue(|| bytes.next().unwrap()).expose()[3..33].bytes() {
                seen[usize::from(b)] += 1;
            }
        }
        let counts: Vec<u32> = BASE62.iter().map(|b| seen[usize::from(*b)]).collect();
        assert!(
            counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 4,
            "{counts:?}"
        );
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_noticed(seed in any::<u8>(), at in 3usize..39, to in 0usize..62) {
            let mut text = from_seed(seed).expose().as_bytes().to_vec();
            prop_assume!(text[at] != BASE62[to]);
            text[at] = BASE62[to];
            let sentence = String::from_utf8(text).unwrap().parse::<Token>().unwrap_err().to_string();
            prop_assert!(sentence.contains("checksum"));
        }

        #[test]
        fn any_text_is_answered_without_being_repeated(text in any::<String>()) {
            let _ = text.parse::<Token>();
        }
    }
}
