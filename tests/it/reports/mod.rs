//! Reports, exceptions and remediation as the house keeps them: below the pages, on both databases.

mod chains;
pub mod desk;
mod immutability;
mod remediation;
mod sealing;
mod upload;
mod walk;
