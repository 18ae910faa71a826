//! Tickets for delayed log-ins. A log-in that must wait is answered with a ticket, and the form
//! sends the ticket back after the delay, so the server keeps no thread and no memory for it. A
//! ticket contains the time from which it is usable, and a MAC over that time, the name and the
//! network.

use std::net::IpAddr;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hex;

/// How long a ticket stays usable after its delay.
const USABLE_FOR: Duration = Duration::from_secs(300);

/// Issues and checks tickets. The key belongs to this process: a restart invalidates all tickets.
pub(super) struct Tickets {
    key: Hmac<Sha256>,
}

impl Tickets {
    /// Makes a random key.
    ///
    /// # Errors
    /// If the operating system has no random bytes.
    pub(super) fn new() -> Result<Tickets, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Tickets { key: Hmac::new_from_slice(&key).expect("HMAC takes keys of any length") })
    }

    /// A ticket for this name and network that is usable from the time `from` on.
    pub(super) fn issue(&self, name: &str, network: IpAddr, from: Duration) -> String {
        let from = u64::try_from(from.as_millis()).unwrap_or(u64::MAX).to_be_bytes();
        let mac = self.mac(name, network, from).finalize().into_bytes();
        hex::encode(&from) + &hex::encode(&mac)
    }

    /// Whether this ticket is for this name and network, and usable now.
    pub(super) fn accepts(&self, ticket: &str, name: &str, network: IpAddr, now: Duration) -> bool {
        // The time has 8 bytes, so 16 digits.
        let Some((from, mac)) = ticket.split_at_checked(16) else { return false };
        let (Some(from), Some(mac)) = (hex::parse(from), hex::parse::<32>(mac)) else {
            return false;
        };
        let is_genuine = self.mac(name, network, from).verify_slice(&mac).is_ok();
        let from = Duration::from_millis(u64::from_be_bytes(from));
        is_genuine && from <= now && now < from.saturating_add(USABLE_FOR)
    }

    /// The MAC of a ticket for this name and network, usable from `from` (milliseconds) on.
    fn mac(&self, name: &str, network: IpAddr, from: [u8; 8]) -> Hmac<Sha256> {
        self.key.clone().chain_update(from).chain_update(format!("{network}\0{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_usable_after_its_delay_and_for_five_minutes() {
        let tickets = Tickets::new().unwrap();
        let network = "192.0.2.1".parse().unwrap();
        let from = Duration::from_secs(100);
        let ticket = tickets.issue("Levi", network, from);
        let accepts =
            |now: u64| tickets.accepts(&ticket, "Levi", network, Duration::from_secs(now));
        assert!(!accepts(99) && accepts(100) && accepts(399) && !accepts(400));
    }

    #[test]
    fn a_ticket_belongs_to_one_name_network_and_process() {
        let (tickets, now) = (Tickets::new().unwrap(), Duration::from_secs(100));
        let network = |text: &str| text.parse().unwrap();
        let ticket = tickets.issue("Levi", network("192.0.2.1"), now);
        assert!(tickets.accepts(&ticket, "Levi", network("192.0.2.1"), now));
        assert!(!tickets.accepts(&ticket, "Lev", network("192.0.2.1"), now));
        assert!(!tickets.accepts(&ticket, "Levi", network("192.0.2.2"), now));
        let another = Tickets::new().unwrap();
        assert!(!another.accepts(&ticket, "Levi", network("192.0.2.1"), now));
        let earlier = format!("{:016x}{}", 1, &ticket[16..]);
        for forged in ["", "é", &ticket[1..], &earlier] {
            assert!(!tickets.accepts(forged, "Levi", network("192.0.2.1"), now), "{forged}");
        }
    }
}
