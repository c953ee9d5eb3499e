//! The language model.

use glyph_runtime::instrument_stage;
use serde_json::Value;

use crate::model::{Completion, ModelError};
use crate::npc::Npc;
use crate::providers::{Kind, Providers};
use crate::telemetry::{Provider, stage};

/// Asks the model of `npc`, and the substitute if the model fails.
pub(crate) async fn ask(
    providers: &Providers,
    npc: &Npc,
    messages: &[Value],
) -> Result<Completion, ModelError> {
    if let Ok(completion) = complete(providers, npc, npc.mind, messages).await {
        return Ok(completion);
    }
    let (from, to) = (npc.mind, npc.substitute);
    tracing::info!(?from, ?to, "falling back to another provider");
    complete(providers, npc, npc.substitute, messages).await
}

#[instrument_stage(stage::llm, labels(provider), fields(npc = npc.id))]
async fn complete(
    providers: &Providers,
    npc: &Npc,
    provider: Provider,
    messages: &[Value],
) -> Result<Completion, ModelError> {
    let model = format!("{provider:?}").to_lowercase();
    let fault = providers.faults.of_model();
    let asked = providers.model.complete(&model, messages, fault).await;
    let completion = providers.noted(Kind::Llm, asked)?;
    tracing::debug!(
        input_tokens = completion.input_tokens,
        output_tokens = completion.output_tokens,
        "model answered"
    );
    Ok(completion)
}
