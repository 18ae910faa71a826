//! Parses the TLVs (type, length, value) of a PROXY header of version 2 (§2.2), which follow the
//! addresses. Two types matter: whether the client uses TLS, and the checksum.

use super::NotProxyHeader;

/// The type of the TLV with the checksum.
const CRC32C: u8 = 0x03;
/// The type of the TLV about TLS.
const SSL: u8 = 0x20;

/// A bit in the TLV about TLS: the client uses TLS (§2.2.6).
const CLIENT_SSL: u8 = 0x01;
/// Bits in the TLV about TLS: the client has sent a certificate, on this connection or on another
/// one of its session (§2.2.6).
const CLIENT_CERT: u8 = 0x02 | 0x04;

/// Whether the client uses TLS, according to the TLVs at the end of a complete header.
///
/// # Errors
/// A TLV has a wrong length or is repeated, or the checksum is wrong.
pub(super) fn client_is_encrypted(header: &[u8], tlvs: &[u8]) -> Result<bool, NotProxyHeader> {
    let mut encrypted = None;
    let mut has_checksum = false;
    let mut rest = tlvs;
    while let Some((kind, value)) = take_next_tlv(&mut rest)? {
        match kind {
            CRC32C if !has_checksum => {
                verify_checksum(header, value, rest)?;
                has_checksum = true;
            }
            SSL if encrypted.is_none() => encrypted = Some(uses_tls(value)?),
            CRC32C | SSL => return Err(NotProxyHeader),
            _ => {}
        }
    }
    Ok(encrypted.unwrap_or(false))
}

/// Takes the next TLV, and returns its type and value. `None`: there are no more.
fn take_next_tlv<'a>(rest: &mut &'a [u8]) -> Result<Option<(u8, &'a [u8])>, NotProxyHeader> {
    if rest.is_empty() {
        return Ok(None);
    }
    let (&[kind, high, low], after) = rest.split_first_chunk().ok_or(NotProxyHeader)?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    let (value, after) = after.split_at_checked(length).ok_or(NotProxyHeader)?;
    *rest = after;
    Ok(Some((kind, value)))
}

/// Parses the value of the TLV about TLS: a byte of flags of the client, the result of verifying
/// its certificate (32 bits), and nested TLVs. Unknown flags are ignored. A flag of a certificate
/// without that of TLS is invalid.
fn uses_tls(value: &[u8]) -> Result<bool, NotProxyHeader> {
    let (&[client, _, _, _, _], mut rest) = value.split_first_chunk().ok_or(NotProxyHeader)?;
    while take_next_tlv(&mut rest)?.is_some() {}
    match (client & CLIENT_SSL != 0, client & CLIENT_CERT != 0) {
        (false, true) => Err(NotProxyHeader),
        (encrypted, _) => Ok(encrypted),
    }
}

/// Refuses a header if its checksum is wrong. `after` are the bytes of the header after the
/// checksum. For the sum, the bytes of the checksum count as zeros (§2.2.3).
fn verify_checksum(header: &[u8], checksum: &[u8], after: &[u8]) -> Result<(), NotProxyHeader> {
    let checksum = <[u8; 4]>::try_from(checksum).map_err(|_| NotProxyHeader)?;
    let before = header.strip_suffix(after).and_then(|header| header.strip_suffix(&checksum));
    let sum = crc32c(&[before.ok_or(NotProxyHeader)?, &[0; 4], after]);
    if sum == u32::from_be_bytes(checksum) { Ok(()) } else { Err(NotProxyHeader) }
}

/// The CRC32C of all pieces together (RFC 9260, appendix A). Computed without a table, since a
/// header is short and occurs once in a connection.
fn crc32c(pieces: &[&[u8]]) -> u32 {
    let bit = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0x82f6_3b78 } else { sum >> 1 };
    let byte = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), bit);
    !pieces.iter().flat_map(|piece| piece.iter()).fold(u32::MAX, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        [&[kind], &length[..], value].concat()
    }

    #[track_caller]
    fn parsed(tlvs: &[Vec<u8>]) -> Result<bool, NotProxyHeader> {
        let tlvs = tlvs.concat();
        client_is_encrypted(&[b"header", &tlvs[..]].concat(), &tlvs)
    }

    /// A TLV about TLS as haproxy writes it, with version and cipher.
    fn ssl(client: u8) -> Vec<u8> {
        let (version, cipher) = (tlv(0x21, b"TLSv1.3"), tlv(0x23, b"TLS_AES_128_GCM_SHA256"));
        tlv(SSL, &[&[client, 0, 0, 0, 0], &version[..], &cipher].concat())
    }

    /// The TLVs of a header: these, with the checksum between them.
    fn with_checksum(before: &[u8], after: &[u8]) -> Vec<u8> {
        let start = [before, &[CRC32C, 0, 4]].concat();
        let sum = crc32c(&[b"header", &start, &[0; 4], after]);
        [&start[..], &sum.to_be_bytes(), after].concat()
    }

    #[test]
    fn a_tlv_reports_that_the_client_uses_tls() {
        assert_eq!(parsed(&[]), Ok(false));
        assert_eq!(parsed(&[tlv(0x01, b"h2"), tlv(0x04, b"")]), Ok(false));
        assert_eq!(parsed(&[ssl(0x01)]), Ok(true));
        assert_eq!(parsed(&[tlv(0x02, b"dict.example"), ssl(0x07), tlv(0xe0, b"?")]), Ok(true));
        assert_eq!(parsed(&[ssl(0x00)]), Ok(false));
        assert_eq!(parsed(&[tlv(SSL, &[0x01, 0, 0, 0, 1])]), Ok(true));
        assert_eq!(parsed(&[tlv(SSL, &[0xf9, 0, 0, 0, 1])]), Ok(true));
        assert_eq!(parsed(&[tlv(SSL, &[0xf8, 0, 0, 0, 1])]), Ok(false));
    }

    #[test]
    fn tlvs_of_a_wrong_length_are_refused() {
        let short = |tlv: Vec<u8>| tlv.split_last().unwrap().1.to_vec();
        for bad in [
            vec![0x04],
            vec![0x04, 0],
            vec![0x04, 0, 1],
            vec![0x04, 0xff, 0xff, 0],
            short(ssl(1)),
            [ssl(1), vec![0]].concat(),
            tlv(SSL, b""),
            tlv(SSL, &[1, 0, 0, 0]),
            tlv(SSL, &[1, 0, 0, 0, 0, 0x21]),
            tlv(SSL, &[1, 0, 0, 0, 0, 0x21, 0, 2, b'T']),
        ] {
            assert_eq!(parsed(std::slice::from_ref(&bad)), Err(NotProxyHeader), "{bad:?}");
        }
    }

    #[test]
    fn contradictory_tlvs_are_refused() {
        assert_eq!(parsed(&[ssl(0x02)]), Err(NotProxyHeader));
        assert_eq!(parsed(&[ssl(0x04)]), Err(NotProxyHeader));
        assert_eq!(parsed(&[ssl(0x01), ssl(0x01)]), Err(NotProxyHeader));
        assert_eq!(parsed(&[ssl(0x01), tlv(0x04, b""), ssl(0x00)]), Err(NotProxyHeader));
    }

    #[test]
    fn the_checksum_is_that_of_castagnoli() {
        // RFC 3720 B.4, and the check value of the catalogue of checksums.
        assert_eq!(crc32c(&[b"123456789"]), 0xe306_9283);
        assert_eq!(crc32c(&[&[0; 32]]), 0x8a91_36aa);
        assert_eq!(crc32c(&[&[0xff; 16], &[0xff; 16]]), 0x62a8_ab43);
    }

    #[test]
    fn a_header_that_does_not_fit_its_checksum_is_refused() {
        let whole = with_checksum(&ssl(1), &tlv(0x05, b"id"));
        assert_eq!(parsed(std::slice::from_ref(&whole)), Ok(true));
        assert_eq!(parsed(&[with_checksum(b"", b"")]), Ok(false));
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut changed = whole.clone();
                *changed.get_mut(at).unwrap() ^= 1 << bit;
                // If the type of the checksum changes, the header has no checksum.
                let other_kind = at == ssl(1).len();
                assert_eq!(parsed(&[changed]).is_ok(), other_kind, "bit {bit} of byte {at}");
            }
        }
        for bad in [tlv(CRC32C, b""), tlv(CRC32C, &[0; 3]), tlv(CRC32C, &[0; 5])] {
            assert_eq!(parsed(&[bad]), Err(NotProxyHeader));
        }
        let twice = with_checksum(&whole, b"");
        assert_eq!(parsed(&[twice]), Err(NotProxyHeader));
    }
}
