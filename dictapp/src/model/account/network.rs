//! The networks to which a client's address belongs. Failed log-ins are limited for each of them.
//! An attacker can use a whole IPv6 prefix as easily as one address, so a client belongs to a
//! network of each prefix length that providers assign.

use std::net::{IpAddr, Ipv6Addr};

/// A network: all addresses that have the same first `prefix_bits` bits as `prefix`. A large
/// network may belong to several customers of a provider, so its limit is `share` times that of one
/// customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    pub(crate) prefix: IpAddr,
    pub(crate) prefix_bits: u8,
    pub(crate) share: u32,
}

/// IPv6 prefix lengths with their shares: a /64 is one link, a /56 one household, a /48 one
/// organisation (RFC 6177 §2).
const IPV6: [(u8, u32); 3] = [(64, 1), (56, 2), (48, 4)];

/// The networks of this client, the smallest first. An IPv4 address, also in its IPv4-mapped form,
/// is a network by itself and counts as one customer.
pub(crate) fn networks(client: IpAddr) -> Vec<Network> {
    match client.to_canonical() {
        address @ IpAddr::V4(_) => vec![Network { prefix: address, prefix_bits: 32, share: 1 }],
        IpAddr::V6(address) => IPV6
            .map(|(prefix_bits, share)| {
                let mask = u128::MAX << (128 - u32::from(prefix_bits));
                let prefix = Ipv6Addr::from_bits(address.to_bits() & mask).into();
                Network { prefix, prefix_bits, share }
            })
            .to_vec(),
    }
}

/// The prefix of the smallest network of this client. A client that must repeat a log-in after a
/// delay has to do so from this network.
pub(crate) fn smallest_network(client: IpAddr) -> IpAddr {
    networks(client)[0].prefix
}

/// The prefix of the largest network of this client. The queue of log-ins treats all clients in it
/// as one client: the owner of a /48 must not be served once for each /64 in it.
pub(crate) fn largest_network(client: IpAddr) -> IpAddr {
    networks(client).last().map_or(client, |network| network.prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(client: &str) -> Vec<String> {
        let networks = networks(client.parse().unwrap());
        networks.iter().map(|n| format!("{}/{}*{}", n.prefix, n.prefix_bits, n.share)).collect()
    }

    #[test]
    fn an_ipv6_client_belongs_to_three_networks_and_an_ipv4_client_to_one() {
        assert_eq!(
            prefixes("2001:db8:1:2345:6::7"),
            ["2001:db8:1:2345::/64*1", "2001:db8:1:2300::/56*2", "2001:db8:1::/48*4"]
        );
        assert_eq!(prefixes("192.0.2.1"), ["192.0.2.1/32*1"]);
        let queue = |client: &str| largest_network(client.parse().unwrap());
        assert_eq!(queue("2001:db8:1:2345::1"), queue("2001:db8:1:ffff::1"));
        assert_ne!(queue("2001:db8:1::1"), queue("2001:db8:2::1"));
        assert_eq!(prefixes("::ffff:192.0.2.1"), prefixes("192.0.2.1"));
    }
}
