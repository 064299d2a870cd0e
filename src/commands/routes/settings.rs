//! Flags as the settings of a route.

use std::path::Path;

use crate::cli::SmppArgs;
use crate::domain::{
    AccountSettings, Bind, GatewayUrl, HOSTED_ACCOUNT, LongTexts, POLL, RouteToken, SmppSettings,
    Span,
};
use crate::error::Failure;
use crate::files::read_text_input;

/// The only thing in a file; `what` it is.
pub fn read_secret(file: &Path, what: &str) -> anyhow::Result<RouteToken> {
    let secret = read_text_input(file)?.parse().map_err(|error| {
        Failure::usage(error).hint(format_args!("put only the {what} in the file"))
    });
    Ok(secret?)
}

/// The account that is asked, after a change of what there was; `has_key` is whether there is a key.
pub fn account(
    before: Option<&AccountSettings>,
    has_key: bool,
    url: Option<GatewayUrl>,
    poll: Option<Span>,
) -> anyhow::Result<Option<AccountSettings>> {
    if !has_key {
        if url.is_some() || poll.is_some() {
            return Err(Failure::usage("there is no account to ask")
                .hint("add --account-key-file FILE")
                .into());
        }
        return Ok(None);
    }
    let url = match url.or_else(|| before.map(|before| before.url.clone())) {
        Some(url) => url,
        None => HOSTED_ACCOUNT.parse()?,
    };
    let kept = before.map(|before| before.poll);
    Ok(Some(AccountSettings {
        url,
        poll: poll.or(kept).unwrap_or(Span::from(POLL)),
    }))
}

/// The settings of an SMPP account after a change of what there was, and its new password.
pub fn smpp(
    args: SmppArgs,
    before: Option<&SmppSettings>,
) -> anyhow::Result<(SmppSettings, Option<RouteToken>)> {
    let missing = |flag: &str| {
        Failure::usage(format_args!("{flag} is missing")).hint("textpeak routes add --help")
    };
    let password = args.password_file.as_deref();
    let password = password.map(|file| read_secret(file, "password"));
    let address = args.smpp.or_else(|| before.map(|one| one.address.clone()));
    let system_id = args
        .system_id
        .or_else(|| before.map(|one| one.system_id.clone()));
    let coding = args.data_coding_default.and_then(|it| it.parse().ok());
    let settings = SmppSettings {
        address: address.ok_or_else(|| missing("--smpp"))?,
        system_id: system_id.ok_or_else(|| missing("--system-id"))?,
        system_type: args
            .system_type
            .or_else(|| before.map(|one| one.system_type.clone()))
            .unwrap_or_default(),
        tls: args.tls || before.is_some_and(|one| one.tls),
        bind: args
            .bind
            .or_else(|| before.map(|one| one.bind))
            .unwrap_or(Bind::Transceiver),
        window: args
            .window
            .or_else(|| before.map(|one| one.window))
            .unwrap_or(SmppSettings::WINDOW),
        rate: args
            .rate
            .or_else(|| before.map(|one| one.rate))
            .unwrap_or(SmppSettings::RATE),
        source_ton: args.source_ton.or_else(|| before?.source_ton),
        source_npi: args.source_npi.or_else(|| before?.source_npi),
        dest_ton: args.dest_ton.or_else(|| before?.dest_ton),
        dest_npi: args.dest_npi.or_else(|| before?.dest_npi),
        data_coding_default: coding.or_else(|| before?.data_coding_default),
        long_texts: args
            .long_texts
            .or_else(|| before.map(|one| one.long_texts))
            .unwrap_or(LongTexts::Udh),
    };
    Ok((settings, password.transpose()?))
}
