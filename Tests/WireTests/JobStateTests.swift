import Testing

@testable import Wire

@Suite struct JobStateTests {
    @Test func threeStatesAreFinal() {
        #expect(JobState.allCases.filter(\.isFinal) == [.done, .quarantined, .cancelled])
    }
}
