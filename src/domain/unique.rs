//! A list that keeps the order in which things were added and never holds one twice.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unique<T>(Vec<T>);

impl<T> Default for Unique<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Unique<T> {
    /// `false` when it was there already.
    pub fn insert(&mut self, value: T) -> bool {
        let fresh = !self.0.contains(&value);
        if fresh {
            self.0.push(value);
        }
        fresh
    }

    /// `false` when it was not there.
    pub fn remove(&mut self, value: &T) -> bool {
        let before = self.0.len();
        self.0.retain(|kept| kept != value);
        self.0.len() < before
    }
}

impl<T> std::ops::Deref for Unique<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: fmt::Display> fmt::Display for Unique<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, value) in self.0.iter().enumerate() {
            write!(f, "{}{value}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl<T: PartialEq> FromIterator<T> for Unique<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut list = Self::default();
        for value in values {
            list.insert(value);
        }
        list
    }
}

impl<'a, T> IntoIterator for &'a Unique<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
