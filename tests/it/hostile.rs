pub const CODES: [&str; 2] = ["not-utf8", "yaml-alias-bomb"];
