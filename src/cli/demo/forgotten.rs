//! Wishes to be forgotten in the demonstration, and what the security desk makes of them.

use super::content::Wished;
use crate::app::App;
use crate::erasure::Terms;
use crate::erasure::decline::decline;
use crate::fault::Fault;
use crate::holds::acts::place;
use crate::holds::{Subject, Words};
use crate::ids::PersonId;
use crate::text::{Line, Reason};

/// Why a wish is declined: the person reads it.
const REASON: &str = "Your company has announced a claim about the report that you received. What you accepted and when you \
                      received it is evidence in that matter. We will answer you anew when it is settled.";
/// The hold that keeps what is held until then.
const HOLD: (&str, &str) =
    ("Oakhurst claim 2026", "Announced by letter of 12 November 2026; counsel asks to keep everything.");

/// Answers a wish, or leaves it waiting.
pub(super) async fn answer(app: &App, by: PersonId, person: PersonId, wished: Wished) -> Result<(), Fault> {
    let broken = |error| Fault::new("demo text", error);
    match wished {
        Wished::Declined => {
            let name = Line::parse(HOLD.0).map_err(broken)?;
            let words = Words { name, reason: Reason::parse(HOLD.1).map_err(broken)? };
            let (house, subject) = (app.house.clone(), Subject::Person(person));
            app.act("hold.place", move |act| place(act, &house, by, subject, words))
                .await
                .map_err(|error| Fault::new("the demo's hold", error))?;
            let (house, reason) = (app.house.clone(), Reason::parse(REASON).map_err(broken)?);
            let terms = Terms::from(app.config.retention);
            app.act("erasure.decline", move |act| decline(act, &house, by, (person, &reason), terms))
                .await
                .map_err(|error| Fault::new("the demo's answer to a wish", error))?;
        }
        Wished::Erased => {
            app.erase(Some(by), person).await.map_err(|error| Fault::new("the demo's erasure", error))?;
        }
        Wished::Waiting => {}
    }
    Ok(())
}
