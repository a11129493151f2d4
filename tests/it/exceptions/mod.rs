//! Exceptions and responses: the checker against responses that were labelled by hand.

mod checker;
mod oscal;
