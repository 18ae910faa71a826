//! Networks of IP addresses in CIDR notation, such as `10.0.0.0/8`.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

/// Addresses with a common prefix. A single address is a network of one address.
///
/// ```
/// use webframe::Network;
///
/// let office: Network = "10.1.0.0/16".parse()?;
/// assert!(office.contains([10, 1, 2, 3].into()));
/// assert!(!office.contains([10, 2, 0, 1].into()));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// All peers on Unix sockets, written `unix:`. They have the unspecified address, which a peer
    /// on TCP never has.
    pub const UNIX: Network =
        Network { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), prefix_bits: 32 };

    /// The addresses that share the first `prefix_bits` bits with this address; `None` if the
    /// address has fewer bits. An IPv4-mapped IPv6 network (`::ffff:10.0.0.0/104`) becomes an IPv4
    /// network.
    pub fn new(address: IpAddr, prefix_bits: u8) -> Option<Network> {
        let bits = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
        let canonical = address.to_canonical();
        // The bits before the IPv4 address: 96 if the address is IPv4-mapped, otherwise 0.
        let mapping_bits = bits(address) - bits(canonical);
        match prefix_bits {
            too_many if too_many > bits(address) => None,
            // It has addresses besides the IPv4-mapped ones, so it stays an IPv6 network.
            wide if wide < mapping_bits => Some(Network { address, prefix_bits }),
            _ => Some(Network { address: canonical, prefix_bits: prefix_bits - mapping_bits }),
        }
    }

    /// Whether the network contains the address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (differing, host_bits) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(mine), IpAddr::V4(other)) => {
                (u128::from(mine.to_bits() ^ other.to_bits()), 32 - self.prefix_bits)
            }
            (IpAddr::V6(mine), IpAddr::V6(other)) => {
                (mine.to_bits() ^ other.to_bits(), 128 - self.prefix_bits)
            }
            _ => return false,
        };
        differing.checked_shr(host_bits.into()).unwrap_or(0) == 0
    }
}

/// Whether one of the networks contains the address.
pub(crate) fn any_contains(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        if text == "unix:" {
            return Ok(Network::UNIX);
        }
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let parse = || -> Option<Network> {
            let address: IpAddr = address.parse().ok()?;
            let bits = match bits {
                Some(bits) if bits.bytes().all(|b| b.is_ascii_digit()) => bits.parse().ok()?,
                Some(_) => return None,
                None if address.is_ipv4() => 32,
                None => 128,
            };
            Network::new(address, bits)
        };
        parse().ok_or_else(|| format!("{text:?} is not an address or a network like 10.0.0.0/8"))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn contains(network: &str, address: &str) -> bool {
        let network: Network = network.parse().unwrap();
        network.contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_contains_addresses_with_its_prefix_only() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("192.0.2.7/31", "192.0.2.6", "192.0.2.8"),
            ("fd00::/8", "fdff::1", "fe00::"),
            ("::1", "::1", "::"),
            ("::ffff:10.0.0.0/104", "10.1.1.1", "11.0.0.0"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", "::10.1.1.1"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
        ] {
            assert!(contains(network, inside), "{inside} in {network}");
            assert!(!contains(network, outside), "{outside} in {network}");
        }
        assert!(contains("::/0", "ffff::"));
        assert!(contains("unix:", "0.0.0.0"));
        assert!(!contains("unix:", "127.0.0.1"));
    }

    #[test]
    fn refuses_invalid_networks() {
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/+8", "a/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        let error = "10.0.0.0/33".parse::<Network>().unwrap_err();
        assert_eq!(error, "\"10.0.0.0/33\" is not an address or a network like 10.0.0.0/8");
    }
}
