import Testing

/// Every test here runs the real daemon, queue, worker and networks. One at a time: each is a whole service.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct EndToEnd {}
