//! Readying documents that stand beside a report, for the pages of the desk that make them.

use crate::app::App;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::reports::Version;
use crate::reports::companion::Readied;
use crate::reports::upload::{Shelf, UploadError};

/// Readies a document when its turn has come: as many are prepared at once as there are processors, uploads included.
pub(super) async fn ready(
    app: &App,
    version: &Version,
    make: impl FnOnce(&Shelf<'_>, &App) -> Result<Readied, UploadError> + Send + 'static,
) -> Result<Readied, UploadError> {
    let turn =
        app.preparing.acquire().await.map_err(|error| Fault::new("waiting for a turn to prepare", error))?;
    let (worker, version) = (app.clone(), version.clone());
    let readied = app.work(move || {
        let key = data_keys::open_for(&mut *worker.database.read()?, &worker.keyring, version.key_owner())?;
        let (vault, clock) = (&worker.vault, &worker.clock);
        make(&Shelf { vault, clock, key: &key, version: &version }, &worker)
    });
    let readied = readied.await?;
    drop(turn);
    readied
}

/// Removes a document that no row will ever point at, because its act was refused for certain.
pub(super) async fn discard(app: &App, readied: Readied) -> Result<(), Fault> {
    let vault = app.vault.clone();
    app.work(move || readied.objects().into_iter().try_for_each(|object| vault.remove(object.id))).await?
}
