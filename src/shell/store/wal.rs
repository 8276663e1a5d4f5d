//! SQLite's write-ahead log, looked at before SQLite looks at it.
//!
//! SQLite takes a log up to its first bad frame for the whole of it, and is right after a power cut. After damage it
//! would drop saves without a word. Two things prove that frames are missing: a frame behind the transaction that is
//! broken off, since the next one is only begun when the last is on the disk; and the index beside the log (`-shm`),
//! if it is still there, which counts only frames that are on the disk. The forms are those of sqlite.org/walformat.html.

/// Bytes of a page; the store never sets another size.
const PAGE: usize = 4096;
const HEADER: usize = 32;
const FRAME: usize = 24 + PAGE;

/// Returns whether a log proves that it had frames which SQLite would not find in it.
pub fn lacks_frames(wal: &[u8], shm: &[u8]) -> bool {
    let Read { sound, committed, salts, number } = read(wal);
    if let Some((promised, of)) = promised(shm)
        && (wal.is_empty() || salts.is_none_or(|salts| salts == of))
        && committed < promised
    {
        return true;
    }
    // Whether a frame is whole and the one behind the frame before it, which itself may be the broken one.
    let follows = |n: usize| {
        let (Some(before), Some(this)) = (frame(wal, n - 1), frame(wal, n)) else { return false };
        let sum = checksum(checksum(sums(before), &this[..8], number), &this[24..], number);
        this[8..16] == before[8..16] && salts.is_none_or(|salts| this[8..16] == *salts) && sum == sums(this)
    };
    let ends = |n: usize| follows(n) && frame(wal, n).is_some_and(|frame| frame[4..8] != [0; 4]);
    (sound + 1..frames(wal)).any(|n| ends(n) && follows(n + 1))
}

/// Returns the log as it was meant: every frame of its present run, made to count again, whatever became of it. What
/// its pages hold must be checked by other means.
pub fn mended(wal: &[u8]) -> Option<Vec<u8>> {
    let salts = wal.get(HEADER + 8..HEADER + 16)?;
    let salts = read(wal).salts.unwrap_or(salts).to_vec();
    let commit = |frame: &[u8]| frame[8..16] == salts && frame[4..8] != [0; 4];
    let last = (0..frames(wal)).rev().find(|n| frame(wal, *n).is_some_and(commit))?;
    let mut out = vec![0; HEADER];
    for (at, word) in [0x377f_0682_u32, 3_007_000, PAGE as u32].iter().enumerate() {
        out[at * 4..at * 4 + 4].copy_from_slice(&word.to_be_bytes());
    }
    out[16..24].copy_from_slice(&salts);
    let mut sum = checksum((0, 0), &out[..24], u32::from_le_bytes);
    out[24..28].copy_from_slice(&sum.0.to_be_bytes());
    out[28..32].copy_from_slice(&sum.1.to_be_bytes());
    for frame in (0..=last).filter_map(|n| frame(wal, n)) {
        sum = checksum(checksum(sum, &frame[..8], u32::from_le_bytes), &frame[24..], u32::from_le_bytes);
        out.extend_from_slice(&frame[..8]);
        out.extend_from_slice(&salts);
        out.extend_from_slice(&sum.0.to_be_bytes());
        out.extend_from_slice(&sum.1.to_be_bytes());
        out.extend_from_slice(&frame[24..]);
    }
    Some(out)
}

/// What SQLite will find in a log.
struct Read<'a> {
    /// Frames before the first bad one.
    sound: usize,
    /// Frames up to the end of the last whole transaction.
    committed: usize,
    /// What marks the frames of the present run; `None` where the head of the log is bad.
    salts: Option<&'a [u8]>,
    /// How the checksums read their words.
    number: fn([u8; 4]) -> u32,
}

fn read(wal: &[u8]) -> Read<'_> {
    let nothing = Read { sound: 0, committed: 0, salts: None, number: u32::from_ne_bytes };
    let Some(header) = wal.get(..HEADER) else { return nothing };
    let number: fn([u8; 4]) -> u32 = match word(header, 0, u32::from_be_bytes) {
        0x377f_0682 => u32::from_le_bytes,
        0x377f_0683 => u32::from_be_bytes,
        _ => return nothing,
    };
    let mut sum = checksum((0, 0), &header[..24], number);
    if sum != (word(header, 24, u32::from_be_bytes), word(header, 28, u32::from_be_bytes))
        || word(header, 8, u32::from_be_bytes) != PAGE as u32
    {
        return nothing;
    }
    let mut read = Read { salts: Some(&header[16..24]), number, ..nothing };
    for frame in (0..frames(wal)).filter_map(|n| frame(wal, n)) {
        sum = checksum(checksum(sum, &frame[..8], number), &frame[24..], number);
        if frame[8..16] != header[16..24] || sum != sums(frame) {
            break;
        }
        read.sound += 1;
        if frame[4..8] != [0; 4] {
            read.committed = read.sound;
        }
    }
    read
}

/// Returns how many frames the index counts, and their salts.
fn promised(shm: &[u8]) -> Option<(usize, &[u8])> {
    let (first, second) = (shm.get(..48)?, shm.get(48..96)?);
    let begun = first == second && word(first, 0, u32::from_ne_bytes) == 3_007_000 && first[12] != 0;
    begun.then(|| (word(first, 16, u32::from_ne_bytes) as usize, &first[32..40]))
}

fn frames(wal: &[u8]) -> usize {
    wal.len().saturating_sub(HEADER) / FRAME
}

fn frame(wal: &[u8], n: usize) -> Option<&[u8]> {
    wal.get(HEADER + n * FRAME..HEADER + (n + 1) * FRAME)
}

fn word(bytes: &[u8], at: usize, number: fn([u8; 4]) -> u32) -> u32 {
    number([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Returns the checksum that stands in a frame, of everything up to it.
fn sums(frame: &[u8]) -> (u32, u32) {
    (word(frame, 16, u32::from_be_bytes), word(frame, 20, u32::from_be_bytes))
}

/// Carries SQLite's checksum on over more bytes.
fn checksum((mut a, mut b): (u32, u32), bytes: &[u8], number: fn([u8; 4]) -> u32) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        a = a.wrapping_add(word(pair, 0, number)).wrapping_add(b);
        b = b.wrapping_add(word(pair, 4, number)).wrapping_add(a);
    }
    (a, b)
}
