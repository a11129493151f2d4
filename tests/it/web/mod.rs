//! What holds on every page: who may enter, what foreign pages cannot do, what every answer says to the browser.

mod anchors;
mod answers;
mod auditors;
mod destinations;
mod duties;
mod foreign_pages;
mod head;
mod roles;
mod self_check;
mod sessions;
mod shipping;
mod sign_in;
