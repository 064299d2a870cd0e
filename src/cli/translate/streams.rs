//! Flags of what makes and changes streams, as options.

use super::super::options::{
    CloneOptions, CreateOptions, DeleteOptions, EditOptions, ExportOptions, ListOptions,
    PlanOptions, PreviewOptions, Task,
};
use super::super::streams;
use crate::domain::Removals;

impl From<streams::Streams> for Task {
    fn from(streams: streams::Streams) -> Self {
        use streams::{Streams, Token};
        match streams {
            Streams::Create(create) => Self::Create(Box::new((*create).into())),
            Streams::Resume { draft, gateway } => Self::Resume {
                draft,
                gateway: gateway.gateway,
            },
            Streams::List {
                filter,
                sort,
                limit,
                page,
            } => Self::List(ListOptions {
                filter: filter.into(),
                order: sort,
                limit,
                page,
            }),
            Streams::Edit(edit) => Self::Edit(Box::new((*edit).into())),
            Streams::Clone {
                stream,
                name,
                gateway,
            } => Self::Clone(CloneOptions {
                stream,
                name,
                gateway: gateway.gateway,
            }),
            Streams::Enable { streams } => Self::SetEnabled {
                streams,
                enabled: true,
            },
            Streams::Disable { streams } => Self::SetEnabled {
                streams,
                enabled: false,
            },
            Streams::Export {
                filter,
                file,
                format,
            } => Self::Export(ExportOptions {
                filter: filter.into(),
                file,
                syntax: format,
            }),
            Streams::Plan(plan) => Self::Plan(plan.into()),
            Streams::Apply {
                plan,
                yes,
                tokens_out,
            } => Self::Apply {
                plan: plan.into(),
                yes,
                tokens_out,
            },
            Streams::Schema => Self::Schema,
            Streams::Token(Token::Rotate { stream, yes, copy }) => {
                Self::TokenRotate { stream, yes, copy }
            }
            Streams::Show {
                stream,
                reveal,
                gateway,
            } => Self::Show {
                stream,
                reveal,
                gateway: gateway.gateway,
            },
            Streams::Preview(streams::Preview {
                stream,
                request,
                r#as,
                part,
                reveal,
                copy,
                gateway,
            }) => Self::Preview(PreviewOptions {
                stream,
                request,
                format: r#as,
                part,
                reveal,
                copy,
                gateway: gateway.gateway,
            }),
            Streams::Token(Token::Show { stream, copy }) => Self::TokenShow { stream, copy },
            Streams::Delete { streams, yes } => Self::Delete(DeleteOptions { streams, yes }),
        }
    }
}

impl From<streams::Create> for CreateOptions {
    fn from(create: streams::Create) -> Self {
        let streams::Create {
            answers,
            from_file,
            draft,
            dry_run,
            copy,
            gateway,
        } = create;
        Self {
            answers: answers.into(),
            from_file,
            draft,
            dry_run,
            copy,
            gateway: gateway.gateway,
        }
    }
}

impl From<streams::Edit> for EditOptions {
    fn from(edit: streams::Edit) -> Self {
        let streams::Edit {
            stream,
            answers,
            remove_ip,
            remove_tag,
            remove_header,
            gateway,
        } = edit;
        let removals = Removals {
            ips: remove_ip,
            tags: remove_tag,
            headers: remove_header,
        };
        Self {
            stream,
            answers: answers.into(),
            removals,
            gateway: gateway.gateway,
        }
    }
}

impl From<streams::Plan> for PlanOptions {
    fn from(plan: streams::Plan) -> Self {
        let streams::Plan { file, prune } = plan;
        Self { file, prune }
    }
}
