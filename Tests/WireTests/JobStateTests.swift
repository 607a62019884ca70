import Testing

@testable import Wire

@Suite struct JobStateTests {
    @Test func threeStatesAreFinal() {
        #expect(JobState.allCases.filter(\.isFinal) == [.done, .quarantined, .cancelled])
    }

    @Test func countsBalance() {
        var counts = JobCounts()
        for state in JobState.allCases {
            counts[state] += 1
            #expect(counts[state] == 1)
            #expect(!counts.isBalanced)
            counts.seen += 1
            #expect(counts.isBalanced, "after \(state)")
        }
    }
}
