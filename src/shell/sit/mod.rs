//! Sitting a paper at this machine: the sitting core, the store and the clock put together, and the screens.

pub mod session;
