import Testing

@testable import Wire

@Suite struct JobStateTests {
    @Test func everyUnfinishedStateCanFinish() {
        for start in JobState.allCases where !start.isFinal {
            var reached: Set<JobState> = [start]
            var frontier = [start]
            while let state = frontier.popLast() {
                for next in state.successors where reached.insert(next).inserted { frontier.append(next) }
            }
            #expect(reached.isSuperset(of: [.done, .quarantined, .cancelled]), "from \(start)")
        }
    }

    @Test func doneIsTheEnd() {
        #expect(JobState.done.successors.isEmpty)
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
