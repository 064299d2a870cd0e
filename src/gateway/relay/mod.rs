//! Live streams: their messages leave by a route, which is another Streams API.

mod verdict;
mod work;

pub use work::work;
