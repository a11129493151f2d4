//! Where a database is: on this machine, or where a connection without TLS could be read on the way.

/// Whether a PostgreSQL URL names another host than this machine.
pub(super) fn is_remote_postgres(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| scheme.starts_with("postgres")) else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host_port = authority.rsplit('@').next().unwrap_or_default();
    let host = host_port.trim_start_matches('[').split([']', ':']).next().unwrap_or_default();
    let by_parameter = rest.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let named = by_parameter.split('&').find_map(|pair| pair.strip_prefix("host=")).unwrap_or(host);
    let socket =
        named.is_empty() || named.starts_with('/') || named.starts_with("%2F") || named.starts_with("%2f");
    let loopback = named == "localhost" || host_port.starts_with("[::1]") || named.starts_with("127.");
    !socket && !loopback
}
