//! What a caller is told while bytes travel. The library itself prints nothing.

/// Listens to a fetch.
pub trait Progress: Sync {
    /// So many files with so many bytes, as far as known, are about to be received.
    fn plan(&self, files: usize, bytes: u64);

    /// A file begins; what comes back is told its position and dropped at its end.
    fn file(&self, name: &str, size: Option<u64>) -> Box<dyn FileProgress>;

    /// Something a user should know, one line.
    fn note(&self, text: &str);
}

/// Listens to one file.
pub trait FileProgress: Sync + Send {
    /// So many bytes of the file are there now. Goes back when a file is started over.
    fn position(&self, bytes: u64);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn plan(&self, _files: usize, _bytes: u64) {}

    fn file(&self, _name: &str, _size: Option<u64>) -> Box<dyn FileProgress> {
        Box::new(Self)
    }

    fn note(&self, _text: &str) {}
}

impl FileProgress for Silent {
    fn position(&self, _bytes: u64) {}
}
