#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vchatcloud_mock_fuzz::fixture::holds(bytes));
