//! Mail providers where anybody gets an address: they never count as a company.

/// Their domains, one a line.
const FREE_MAIL: &str = include_str!("../../config/free-mail-domains.txt");

/// Whether `domain` belongs to a mail provider where anybody gets an address.
pub fn is_free_mail(domain: &crate::text::Domain) -> bool {
    FREE_MAIL
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .any(|free| free == domain.as_str())
}
