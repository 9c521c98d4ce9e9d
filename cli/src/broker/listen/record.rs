//! The file of `--record`.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use taskcluster_pulse::Envelope;

use crate::printed::notes;
use crate::terminal;

/// The start of each line of a recording.
const START: &[u8] = b"{\"exchange\":";

/// Length of the parts in which the last line break is looked for, in bytes.
const PART: u64 = 1 << 16;

/// Opens a recording to append to it. An earlier run may have ended within a line, for
/// instance because the disk was full: an unfinished message is removed, with a warning.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut file = File::options().create(true).append(true).open(path)?;
    // Opening another kind of file, such as a pipe, could block forever.
    if !fs::metadata(path)?.is_file() {
        return Ok(file);
    }
    // A file that can't be read is appended to as it is.
    let Ok(mut old) = File::open(path) else {
        return Ok(file);
    };
    let head = head(&mut old, 0)?;
    if head
        .trim_ascii_start()
        .first()
        .is_some_and(|it| *it != b'{')
    {
        let reason = "its first line is not a message; give another file";
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    let (start, last) = unfinished_line(&mut old)?;
    let is_message = str::from_utf8(&last).is_ok_and(|it| Envelope::from_json(it).is_ok());
    if last.is_empty() {
        // All lines are finished.
    } else if !is_message && (last.starts_with(START) || START.starts_with(&last)) {
        // On Windows, a file that is open for appending can't be cut.
        File::options().write(true).open(path)?.set_len(start)?;
        let path = terminal::path(path);
        notes(&format!(
            "{path}: removed the last line, a message that was written in part"
        ));
    } else {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

/// The last line of `file`, if it has no line break, and its place; only the first bytes of a
/// line that no run has written, which may be as large as a disk.
fn unfinished_line(file: &mut File) -> io::Result<(u64, Vec<u8>)> {
    let start = last_line(file)?;
    let mut line = head(file, start)?;
    if line == START {
        file.read_to_end(&mut line)?;
    }
    Ok((start, line))
}

/// As many bytes of `file` from a place on as [`START`] has.
fn head(file: &mut File, start: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    Read::by_ref(file)
        .take(START.len() as u64)
        .read_to_end(&mut head)?;
    Ok(head)
}

/// The place behind the last line break of `file`.
fn last_line(file: &mut File) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut part = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(PART);
        file.seek(SeekFrom::Start(start))?;
        part.clear();
        Read::by_ref(file)
            .take(end - start)
            .read_to_end(&mut part)?;
        if let Some(at) = part.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
