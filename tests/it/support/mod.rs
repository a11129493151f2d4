//! What the tests share: databases, folders, a mail server, and people who use the web as people do.
//!
//! Nothing here reaches behind the public faces of the house: a person fetches pages and fills in forms.

pub mod databases;
pub mod events;
pub mod folder;
pub mod forms;
pub mod house;
pub mod http;
pub mod mailbox;
pub mod mime;
pub mod visitor;
pub mod witness;
