//! Frames: a little-endian u32, the length of a header; a u64, the length of the payload; header; payload.

use std::io::{self, Read};

/// No header of ours is longer, so a longer one is something else.
const LONGEST_HEADER: usize = 1 << 20;
/// Nor is any payload, in bytes.
const LONGEST_PAYLOAD: u64 = 1 << 34;

/// A frame whose payload is these numbers, one slice after the other.
pub(crate) fn encode(header: &[u8], numbers: &[&[f64]]) -> Vec<u8> {
    let count: usize = numbers.iter().map(|slice| slice.len()).sum();
    let mut frame = Vec::with_capacity(12 + header.len() + 8 * count);
    frame.extend_from_slice(&(header.len() as u32).to_le_bytes());
    frame.extend_from_slice(&(8 * count as u64).to_le_bytes());
    frame.extend_from_slice(header);
    for slice in numbers {
        frame.extend(slice.iter().flat_map(|number| number.to_le_bytes()));
    }
    frame
}

/// The next frame.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidData`] if it is no frame, [`io::ErrorKind::UnexpectedEof`] if the other end has gone.
pub(crate) fn read(from: &mut impl Read) -> io::Result<(Vec<u8>, Vec<f64>)> {
    let (mut header_length, mut payload_length) = ([0; 4], [0; 8]);
    from.read_exact(&mut header_length)?;
    from.read_exact(&mut payload_length)?;
    let header_length = u32::from_le_bytes(header_length) as usize;
    let payload_length = u64::from_le_bytes(payload_length);
    if header_length > LONGEST_HEADER || payload_length > LONGEST_PAYLOAD || payload_length % 8 != 0
    {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not a frame"));
    }
    let mut header = vec![0; header_length];
    from.read_exact(&mut header)?;
    let mut payload = vec![0; payload_length as usize];
    from.read_exact(&mut payload)?;
    let (numbers, _) = payload.as_chunks::<8>();
    Ok((header, numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_what_python_packs() {
        // struct.pack("<IQ", 2, 8) + b"{}" + struct.pack("<d", 1.5)
        let expected = b"\x02\0\0\0\x08\0\0\0\0\0\0\0{}\0\0\0\0\0\0\xf8?";
        assert_eq!(encode(b"{}", &[&[1.5], &[]]), expected);
        let read = read(&mut &expected[..]).expect("a frame");
        assert_eq!(read, (b"{}".to_vec(), vec![1.5]));
    }

    #[test]
    fn text_is_no_frame_and_half_a_frame_neither() {
        let text = read(&mut &b"Hello from a layer that prints"[..]).expect_err("no frame");
        assert_eq!(text.kind(), io::ErrorKind::InvalidData);
        let half = read(&mut &b"\x02\0\0\0\x08\0\0\0\0\0\0\0{}\0\0"[..]).expect_err("half a frame");
        assert_eq!(half.kind(), io::ErrorKind::UnexpectedEof);
    }
}
