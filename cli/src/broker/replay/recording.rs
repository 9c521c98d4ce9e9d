//! Recordings: files and pipes with a line of JSON for each message.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use taskcluster_pulse::Envelope;

use crate::broker::Error;
use crate::read_error::ReadError;

/// Maximum size of a line, and of a recording that is not a file, in bytes. A broker's limit
/// for a message is far below.
const MAX_BYTES: u64 = 1 << 30;

/// A recording that is opened once and read twice: for its exchanges, and for its messages.
/// So nothing is published if a line is not a message.
pub(super) struct Recording<'p> {
    pub(super) path: &'p Path,
    content: Content,
}

enum Content {
    /// A file, with its size when it was opened: `listen` may still append to it.
    File(File, u64),
    /// The content of a pipe, which can be read only once.
    Pipe(Vec<u8>),
}

impl<'p> Recording<'p> {
    pub(super) fn open(path: &'p Path) -> Result<Self, Error> {
        let content = Content::open(path).map_err(ReadError::at(path))?;
        Ok(Self { path, content })
    }

    pub(super) fn exchanges(&self) -> Result<BTreeSet<String>, Error> {
        let name = |message: Result<(usize, Envelope), Error>| Ok(message?.1.exchange().to_owned());
        self.messages()?.map(name).collect()
    }

    pub(super) fn messages(
        &self,
    ) -> Result<impl Iterator<Item = Result<(usize, Envelope), Error>> + use<'_>, Error> {
        let content = self.content.read().map_err(ReadError::at(self.path))?;
        Ok(messages(self.path, content))
    }
}

impl Content {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        // Some file systems state no size.
        Ok(match metadata.is_file() && metadata.len() > 0 {
            true => Self::File(file, metadata.len()),
            false => Self::Pipe(read_pipe(file, MAX_BYTES)?),
        })
    }

    /// The content from its start; of a file, one reader at a time.
    fn read(&self) -> io::Result<Box<dyn BufRead + '_>> {
        Ok(match self {
            Self::File(file, length) => {
                let mut file = file;
                file.rewind()?;
                Box::new(BufReader::new(file.take(*length)))
            }
            Self::Pipe(content) => Box::new(content.as_slice()),
        })
    }
}

/// Reads a pipe to its end, if it has at most `most` bytes.
fn read_pipe(pipe: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    pipe.take(most + 1).read_to_end(&mut content)?;
    match content.len() as u64 > most {
        true => Err(too_large(format!(
            "more than {most} bytes, and not in a file; save them in one"
        ))),
        false => Ok(content),
    }
}

/// The messages of the recording at `path`, as they are read: a pipe need not end.
pub(super) fn stream(
    path: &Path,
) -> Result<impl Iterator<Item = Result<(usize, Envelope), Error>>, Error> {
    let file = File::open(path).map_err(ReadError::at(path))?;
    Ok(messages(path, BufReader::new(file)))
}

/// The messages of the recording at `path`, each with the number of its line.
fn messages(
    path: &Path,
    mut content: impl BufRead,
) -> impl Iterator<Item = Result<(usize, Envelope), Error>> {
    let lines = (1..).map_while(move |number| {
        let line = next_line(&mut content, MAX_BYTES).transpose()?;
        Some((number, line))
    });
    lines.filter_map(move |(line, text)| match text {
        Err(source) => Some(Err(ReadError::at(path)(source).into())),
        Ok(text) if text.trim_ascii().is_empty() => None,
        Ok(text) => Some(match message(&text) {
            Ok(envelope) => Ok((line, envelope)),
            Err(source) => Err(Error::Recording {
                path: path.to_path_buf(),
                line,
                source,
            }),
        }),
    })
}

/// The next line of `content`, if it has at most `most` bytes; `None` at the end.
fn next_line(content: &mut impl BufRead, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    content.take(most + 1).read_until(b'\n', &mut line)?;
    match line.len() as u64 > most {
        true => Err(too_large(format!(
            "a line of more than {most} bytes; give a file with a line for each message"
        ))),
        false => Ok(Some(line).filter(|line| !line.is_empty())),
    }
}

fn message(line: &[u8]) -> Result<Envelope, Box<dyn StdError + Send + Sync>> {
    let line = str::from_utf8(line)?;
    Envelope::from_json(line).map_err(|error| {
        let reason = error.source().map(ToString::to_string).unwrap_or_default();
        // The line is known, and it is not the first one.
        let reason = reason.split(" at line ").next().unwrap_or_default();
        reason.to_owned().into()
    })
}

fn too_large(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_recording_is_refused() {
        let endless = || BufReader::new(io::repeat(b'a'));
        let pipe = read_pipe(endless(), 10).expect_err("endless");
        assert!(pipe.to_string().contains("more than 10 bytes"), "{pipe}");
        let line = next_line(&mut endless(), 10).expect_err("endless");
        assert!(line.to_string().contains("more than 10 bytes"), "{line}");
        assert_eq!(read_pipe(&b"1234\n"[..], 5).expect("read").len(), 5);
        let line = next_line(&mut &b"1234\n5"[..], 5).expect("read");
        assert_eq!(line.as_deref(), Some(&b"1234\n"[..]));
    }

    #[test]
    fn lines_that_are_appended_meanwhile_are_not_read() {
        use std::io::Write;

        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let line = Envelope::new("a", "b", "{}").to_json();
        writeln!(file, "{line}").expect("written");
        let recording = Recording::open(file.path()).expect("opened");
        let mut appending = file.as_file();
        appending.write_all(b"a part of a line").expect("written");
        assert_eq!(recording.exchanges().expect("read").len(), 1);
        assert_eq!(recording.messages().expect("read").count(), 1);
    }
}
