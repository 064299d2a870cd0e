//! `textpeak streams clone`

use super::advice;
use super::failures::refused;
use super::making::tell;
use super::session::{Session, ask, new_identity, randomness};
use crate::cli::{CloneArgs, GatewayFlag};
use crate::domain::{Field, Problem};
use crate::service::{ServiceError, clone_stream};

pub fn run(session: &Session, args: &CloneArgs) -> anyhow::Result<()> {
    let CloneArgs {
        stream,
        name,
        gateway: GatewayFlag { gateway },
    } = args;
    let source = session.find(stream)?;
    let name = name.parse().map_err(|error| {
        let wrong = vec![Problem::new(Field::Name, error)];
        refused(session, "clone", ServiceError::Wrong(wrong))
    })?;
    let (identity, mut random) = (new_identity()?, randomness()?);
    let made = clone_stream(&*session.store, &mut random, &source, name, &identity);
    let made = ask(made).map_err(|error| refused(session, "clone", error))?;
    tell(session, &made, gateway)?;
    advice::tell(session, &made);
    Ok(())
}
