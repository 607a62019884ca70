import Testing

/// libinotifytools has one static instance a process, so tests that use it run one after another.
@Suite(.serialized) enum OneReaderSuites {}
