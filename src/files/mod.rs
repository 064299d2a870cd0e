//! Files that a person names as input or output. They are no part of the home.

mod named;
mod results;

pub use named::{
    NewFile, input_name, is_same_file, read_limited_input, read_lossy_input, read_text_input,
    replace_file,
};
pub use results::Results;
