//! `textpeak webhooks …`

use clap::{Args, Subcommand};

use super::webhooks_verify::{ListenArgs, VerifyArgs};
use super::{examples, values};
use crate::domain::{DeliveryState, Span};

#[derive(Debug, Subcommand)]
pub(crate) enum WebhooksCommand {
    /// Send a test event to a stream's webhook
    #[command(after_help = examples::WEBHOOKS_TEST)]
    Test {
        /// Name or ID of the stream
        stream: String,
    },
    /// List event deliveries, newest first
    #[command(visible_alias = "ls", after_help = examples::WEBHOOKS_DELIVERIES)]
    Deliveries(DeliveriesArgs),
    /// Deliver events again with the same webhook-id
    #[command(after_help = examples::WEBHOOKS_REDELIVER)]
    Redeliver(RedeliverArgs),
    /// Resume deliveries to a webhook that was disabled or responded with 410 (Gone)
    #[command(after_help = examples::WEBHOOKS_ENABLE)]
    Enable {
        /// Name or ID of the stream
        stream: String,
    },
    /// Pause deliveries to a stream's webhook; events wait, and none are lost
    #[command(after_help = examples::WEBHOOKS_DISABLE)]
    Disable {
        /// Name or ID of the stream
        stream: String,
    },
    /// Check a delivery's signature and explain what's wrong
    #[command(after_help = examples::WEBHOOKS_VERIFY)]
    Verify(VerifyArgs),
    /// Receive, verify, and show deliveries on this machine, until Ctrl-C
    #[command(after_help = examples::WEBHOOKS_LISTEN)]
    Listen(ListenArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DeliveriesArgs {
    /// Only this stream, by name or ID
    #[arg(long)]
    pub stream: Option<String>,
    /// State: waiting, delivered, or dead
    #[arg(long, value_name = "STATE", value_parser = values::delivery_state())]
    #[arg(hide_possible_values = true)]
    pub state: Option<DeliveryState>,
    /// Only events newer than this, like 1h
    #[arg(long, value_name = "DURATION")]
    pub since: Option<Span>,
    /// Maximum number of deliveries; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct RedeliverArgs {
    /// IDs of deliveries or messages
    #[arg(value_name = "ID", required_unless_present_any = ["dead", "since"])]
    pub ids: Vec<String>,
    /// All dead deliveries
    #[arg(long, conflicts_with = "ids")]
    pub dead: bool,
    /// All undelivered deliveries of events newer than this, like 24h
    #[arg(long, value_name = "DURATION", conflicts_with = "ids")]
    pub since: Option<Span>,
    /// Only this stream, by name or ID
    #[arg(long, conflicts_with = "ids")]
    pub stream: Option<String>,
}

impl RedeliverArgs {
    /// Where no id is given: which deliveries.
    pub fn deliveries(&self) -> DeliveriesArgs {
        DeliveriesArgs {
            stream: self.stream.clone(),
            state: self.dead.then_some(DeliveryState::Dead),
            since: self.since,
            limit: 0,
        }
    }
}
