//! `textpeak webhooks …`

use clap::{Args, Subcommand};

use super::webhooks_verify::{ListenArgs, VerifyArgs};
use super::{examples, values};
use crate::domain::{DeliveryState, Span};

#[derive(Debug, Subcommand)]
pub(crate) enum WebhooksCommand {
    /// Call a stream's webhook with a dummy event, marked as a test
    #[command(after_help = examples::WEBHOOKS_TEST)]
    Test {
        /// Name or id of the stream
        stream: String,
    },
    /// Deliveries of events, newest first
    #[command(visible_alias = "ls", after_help = examples::WEBHOOKS_DELIVERIES)]
    Deliveries(DeliveriesArgs),
    /// Deliver again, with the same webhook-id
    #[command(after_help = examples::WEBHOOKS_REDELIVER)]
    Redeliver(RedeliverArgs),
    /// Deliver events again to a webhook that was disabled or answered 410 (Gone)
    #[command(after_help = examples::WEBHOOKS_ENABLE)]
    Enable {
        /// Name or id of the stream
        stream: String,
    },
    /// Pause deliveries to a stream's webhook; events wait and none is lost
    #[command(after_help = examples::WEBHOOKS_DISABLE)]
    Disable {
        /// Name or id of the stream
        stream: String,
    },
    /// Check the signature of a delivery, and explain what is wrong with it
    #[command(after_help = examples::WEBHOOKS_VERIFY)]
    Verify(VerifyArgs),
    /// Receive deliveries on this machine, verify and show them, until Ctrl-C
    #[command(after_help = examples::WEBHOOKS_LISTEN)]
    Listen(ListenArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DeliveriesArgs {
    /// Of this stream, by name or id
    #[arg(long)]
    pub stream: Option<String>,
    /// waiting, delivered or dead
    #[arg(long, value_name = "STATE", value_parser = values::delivery_state())]
    #[arg(hide_possible_values = true)]
    pub state: Option<DeliveryState>,
    /// Of events not older than this
    #[arg(long, value_name = "DURATION")]
    pub since: Option<Span>,
    /// Most deliveries shown; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct RedeliverArgs {
    /// Ids of deliveries
    #[arg(value_name = "ID", required_unless_present_any = ["dead", "since"])]
    pub ids: Vec<String>,
    /// Every delivery that is dead
    #[arg(long, conflicts_with = "ids")]
    pub dead: bool,
    /// Every delivery that is not delivered, of events not older than this
    #[arg(long, value_name = "DURATION", conflicts_with = "ids")]
    pub since: Option<Span>,
    /// Only of this stream, by name or id
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
