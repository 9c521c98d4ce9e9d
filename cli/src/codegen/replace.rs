//! The output folder as a whole, or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use taskcluster_codegen::Files;
use tempfile::TempDir;

use super::Error;
use super::output::{Output, check_inside};

impl Output {
    /// Makes the folder hold `files`, and beside them only what is the user's.
    ///
    /// Everything is written to a temporary folder beside this one, which means
    /// on the same file system, and then takes its place by renames.
    ///
    /// # Errors
    ///
    /// The folder holds what was not generated, a path leads out of it, or the
    /// system refuses a step. The folder is then as it was.
    pub fn replace(&self, files: &Files) -> Result<(), Error> {
        self.check_replaceable()?;
        let parent = self.folder.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent).map_err(Error::write(parent))?;
        let stage = tempfile::Builder::new()
            .prefix(".xtask-codegen-")
            .tempdir_in(parent)
            .map_err(Error::write(parent))?;
        // A folder of its own: a temporary one is closed to other users.
        let new = stage.path().join("new");
        write(&new, files)?;
        self.swap(stage)
    }

    /// Puts `new` of the stage in the place of this folder.
    fn swap(&self, stage: TempDir) -> Result<(), Error> {
        let mut moves = Moves::default();
        let Err(source) = self.moves(stage.path(), &mut moves) else {
            return Ok(());
        };
        let path = self.shown.clone();
        match moves.undo() {
            Ok(()) => Err(Error::Write { path, source }),
            // The stage has the only copy of the old output.
            Err(restore) => Err(Error::Stranded {
                path,
                kept: stage.keep(),
                source,
                restore,
            }),
        }
    }

    fn moves(&self, stage: &Path, moves: &mut Moves) -> io::Result<()> {
        let old = stage.join("old");
        let mut users = Vec::new();
        if self.folder.exists() {
            users = self.users()?;
            moves.make(&self.folder, &old)?;
        }
        moves.make(&stage.join("new"), &self.folder)?;
        for name in users {
            moves.make(&old.join(&name), &self.folder.join(&name))?;
        }
        Ok(())
    }
}

fn write(folder: &Path, files: &Files) -> Result<(), Error> {
    for (name, text) in files {
        check_inside(name)?;
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(Error::write(Path::new(name)))?;
        fs::write(&path, text).map_err(Error::write(Path::new(name)))?;
    }
    Ok(())
}

/// Renames that can be taken back.
#[derive(Debug, Default)]
struct Moves(Vec<(PathBuf, PathBuf)>);

impl Moves {
    fn make(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        self.0.push((from.to_path_buf(), to.to_path_buf()));
        Ok(())
    }

    /// Takes back what was moved, the last first.
    fn undo(self) -> io::Result<()> {
        for (from, to) in self.0.iter().rev() {
            fs::rename(to, from)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_taken_back_when_a_later_one_fails() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = |name| folder.path().join(name);
        fs::write(path("out"), "old")?;
        fs::write(path("new"), "new")?;
        let mut moves = Moves::default();
        moves.make(&path("out"), &path("old"))?;
        moves.make(&path("new"), &path("out"))?;
        assert!(moves.make(&path("absent"), &path("x")).is_err());
        moves.undo()?;
        assert_eq!(fs::read_to_string(path("out"))?, "old");
        assert_eq!(fs::read_to_string(path("new"))?, "new");
        Ok(())
    }
}
