//! Files that a person names as input or output. They are no part of the home.

mod named;
#[cfg(feature = "postgres")]
mod password;
mod results;

pub use named::{
    NewFile, input_name, is_same_file, read_limited_input, read_lossy_input, read_text_input,
    replace_file,
};
#[cfg(feature = "postgres")]
pub use password::database_password;
pub use results::Results;
