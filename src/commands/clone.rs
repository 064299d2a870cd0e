//! `textpeak streams clone`

use super::making::{self, refused};
use super::session::{Session, birth};
use crate::cli::{CloneArgs, GatewayFlag};
use crate::domain::{DefaultSender, Field, Problem, Status, StreamDraft};

pub fn run(session: &Session, args: &CloneArgs) -> anyhow::Result<()> {
    let CloneArgs {
        stream,
        name,
        gateway: GatewayFlag { gateway },
    } = args;
    let file = session.home.read()?;
    let source = file.state()?.find(stream)?;
    let name = name
        .parse()
        .map_err(|error| refused(&[Problem::new(Field::Name, error)], "clone"))?;
    let draft = StreamDraft {
        name: Some(name),
        default_sender: source.default_sender.clone().map(DefaultSender::New),
        ..StreamDraft::of(&source)
    };
    let birth = birth()?;
    let made = match source.status {
        Status::Draft => {
            let step = source.resume_at.unwrap_or(draft.next_step());
            making::save(session, &draft, &birth, None, step, "clone")?
        }
        status @ (Status::Ready | Status::Sending | Status::Disabled) => {
            making::create(session, &draft, &birth, None, status, "clone")?
        }
    };
    made.tell(session, gateway)
}
