//! Reports, exceptions and remediation as the house keeps them: below the pages, on both databases.

pub mod desk;
mod immutability;
mod remediation;
mod sealing;
mod upload;
