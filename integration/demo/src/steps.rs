//! What is shown, in order: the answer, the change, every refusal, every forgery.

mod ask;
mod forge;
mod silence;
mod stage;

use crate::story::Story;

pub use stage::Stage;

/// All steps.
pub async fn all(stage: &mut Stage, story: &mut Story) {
    stage::found(stage, story).await;
    ask::all(stage, story).await;
    forge::all(stage, story).await;
    silence::all(stage, story).await;
}
