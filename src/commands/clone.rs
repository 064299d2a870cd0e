//! `textpeak streams clone`

use super::making::{self, refused};
use super::session::{Session, birth};
use crate::cli::CloneOptions;
use crate::domain::{Field, Problem, Status, StreamDraft};

pub fn run(session: &Session, options: &CloneOptions) -> anyhow::Result<()> {
    let CloneOptions {
        stream,
        name,
        gateway,
    } = options;
    let file = session.home.read()?;
    let source = file.state()?.find(stream)?;
    let name = name
        .parse()
        .map_err(|error| refused(&[Problem::new(Field::Name, error)], "clone"))?;
    let draft = StreamDraft {
        name: Some(name),
        ..StreamDraft::of(&source)
    };
    let birth = birth()?;
    let made = match source.status {
        Status::Draft => making::save(
            session,
            &draft,
            &birth,
            source.resume_at.unwrap_or(draft.next_step()),
        )?,
        status @ (Status::Ready | Status::Disabled) => {
            making::create(session, &draft, &birth, status)?
        }
    };
    made.tell(session, gateway)
}
