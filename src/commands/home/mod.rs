//! `textpeak home …`

mod copy;
mod init;
mod show;

pub use copy::run as copy;
pub use init::run as init;
pub use show::run as show;
