//! The server: what it refuses to start with, the order of its middleware, and how it stops without losing an entry.
//!
//! Stop: no new connections; running requests end or are cut; the downloads' last entries are posted; the writer does
//! what waits; the anchor file is written. The server also ends when its writer ends: no entry, no byte.

pub mod settings;

use crate::app::App;
use crate::config::{Config, Mail, Mode};
use crate::fault::Fault;
use crate::ledger::acts::VERDICT;
use crate::ledger::store::{self, Filter};
use crate::ledger::{Event, EventKind, Fact, anchor};
use crate::web;
use crate::worker::{self, Worker};
use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long running requests may go on when the server stops, in seconds.
const STOP_SECS: u64 = 5;
/// How long the last entries of cut downloads are waited for.
const LAST_ENTRIES: Duration = Duration::from_secs(1);

/// Why the server does not start. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No mail is configured.
    #[error(
        "no mail is configured, so that nobody could confirm an address: set [mail] in the configuration, or mail = \"files\" to write letters into a folder"
    )]
    NoMail,
    /// Everybody could listen in.
    #[error(
        "the server would speak plain http: set [tls], or name the proxy that ends TLS in trusted_proxies"
    )]
    Plain,
    /// The demo is for this machine.
    #[error("the demo speaks plain http and listens on a loopback address only, such as 127.0.0.1:8080")]
    NotLoopback,
    /// Certificate or key cannot be used.
    #[error("{path} cannot be used: {cause}")]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// Refuses settings under which people would be unsafe or stuck.
pub fn check(config: &Config) -> Result<(), StartError> {
    match config.mode {
        Mode::Demo if !config.listen.ip().is_loopback() => Err(StartError::NotLoopback),
        Mode::Demo => Ok(()),
        Mode::Serve if matches!(config.mail, Mail::Missing) => Err(StartError::NoMail),
        Mode::Serve if config.tls.is_none() && config.trusted_proxies.is_empty() => Err(StartError::Plain),
        Mode::Serve => tls(config).map(drop),
    }
}

/// Certificate and key, when the server ends TLS itself.
fn tls(config: &Config) -> Result<Option<ServerConfig>, StartError> {
    let Some(tls) = &config.tls else { return Ok(None) };
    let broken = |path: &PathBuf, cause: String| StartError::Tls { path: path.clone(), cause };
    let chain: Vec<_> = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| broken(&tls.certificate, error.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|error| broken(&tls.key, error.to_string()))?;
    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map(Some)
        .map_err(|error| broken(&tls.certificate, error.to_string()))
}

/// A server that listens and waits to be run.
pub struct Bound {
    app: App,
    server: Server,
    address: SocketAddr,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bound({})", self.address)
    }
}

/// Checks the settings and listens on the configured address; port 0 takes a free one. Needs a runtime of actix.
pub fn bind(app: &App) -> Result<Bound, StartError> {
    bind_with(app, |_| {})
}

/// As [`bind`], with further routes before the house's own.
pub fn bind_with(app: &App, more: fn(&mut ServiceConfig)) -> Result<Bound, StartError> {
    let config = &app.config;
    check(config)?;
    let failed = |cause| StartError::Listen { address: config.listen, cause };
    let listener = TcpListener::bind(config.listen).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let shared = app.clone();
    // The last one wrapped is the outermost.
    let http = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(shared.clone())
            .wrap(from_fn(web::head::serve))
            .wrap(from_fn(web::patience::limit))
            .wrap(from_fn(web::csrf::check))
            .wrap(from_fn(web::problem::present))
            .wrap(from_fn(web::headers::add))
            .wrap(from_fn(web::trace::follow))
            .configure(more)
            .configure(web::routes)
    })
    .client_request_timeout(HEAD_TIMEOUT)
    .shutdown_timeout(STOP_SECS);
    let http = match tls(config)? {
        Some(tls) => http.listen_rustls_0_23(listener, tls),
        None => http.listen(listener),
    };
    Ok(Bound { app: app.clone(), server: http.map_err(failed)?.run(), address })
}

impl Bound {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
    /// Stops the server from elsewhere: `handle.stop(true)`.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until a signal, the handle, or the end of the writer stops it; returns when all is recorded.
    ///
    /// # Errors
    /// When it could not begin, or ended because it could not record any more.
    pub async fn run(self) -> Result<(), Fault> {
        let Self { app, server, .. } = self;
        begin(&app).await?;
        let (stop, stopped) = watch::channel(false);
        let duties = actix_web::rt::spawn(Worker::new(app.clone()).run(stopped));
        let handle = server.handle();
        let ended = {
            let (app, handle) = (app.clone(), handle.clone());
            actix_web::rt::spawn(async move {
                app.writer.ended().await;
                handle.stop(false).await;
            })
        };
        let served = server.await;
        ended.abort();
        stop.send_replace(true);
        if let Err(error) = duties.await {
            tracing::error!(cause = %error, "the duties ended early");
        }
        let broken = app.writer.has_ended();
        let ended = end(&app).await;
        if broken {
            worker::tell_end(&app).await;
            let why = app.writer.broke().unwrap_or("the writer has ended, and the server with it");
            return Err(Fault::bare(why));
        }
        ended?;
        Ok(served?)
    }
}

/// What is done once before the first request: downloads of a run that was killed are closed, the start is recorded.
async fn begin(app: &App) -> Result<(), Fault> {
    app.beat().await?;
    let unknown = app.gate.close_unknown(&app.nodes_alive().await?).await?;
    let vault = app.vault.clone();
    let swept = app.work(move || vault.sweep_temps()).await??;
    if unknown > 0 || swept > 0 {
        tracing::warn!(unknown, swept, "the last run did not end in order");
    }
    settings::record(app).await?;
    remember_last_check(app).await?;
    app.act("server.start", |act| {
        let event = Event::new(EventKind::ServerStarted).fact("version", env!("CARGO_PKG_VERSION"));
        Ok::<_, Fault>(act.record(event, ()))
    })
    .await?;
    Ok(())
}

/// A log that was found broken before the start is still broken: the staff are told on every page.
async fn remember_last_check(app: &App) -> Result<(), Fault> {
    let filter = Filter { kind: Some(EventKind::LogVerified), ..Filter::default() };
    let last = app.read(move |db| store::list_stored(db, &filter, 1)).await?.pop();
    let whole = Fact::from("whole");
    app.checks
        .found(last.is_none_or(|last| last.leaf.is_ok_and(|leaf| leaf.facts.get(VERDICT) == Some(&whole))));
    Ok(())
}

/// What is done after the last request: last entries, the stop's own entry, the anchor.
async fn end(app: &App) -> Result<(), Fault> {
    let waited = tokio::time::timeout(LAST_ENTRIES, async {
        while app.gate.live.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    if waited.await.is_err() {
        tracing::warn!("some downloads did not end in time; the next start closes them");
    }
    let stopping =
        app.act("server.stop", |act| Ok::<_, Fault>(act.record(Event::new(EventKind::ServerStopped), ())));
    let recorded = stopping.await;
    let (writer, path) = (app.writer.clone(), app.config.anchor_file());
    app.work(move || {
        writer.finish();
        anchor::write_unless_newer(&path, &writer.checkpoint())
    })
    .await??;
    recorded.map(drop)
}
