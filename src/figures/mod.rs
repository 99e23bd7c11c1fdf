//! One file a figure kind: rows and a spec in, a scene out. Knows no paper.
