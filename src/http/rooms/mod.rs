//! The room operations, one file each. v1 and v2 are two views of the same rooms.

pub mod create;
pub mod destroy;
pub mod detail;
pub mod list;
pub mod modify;
pub mod view;
