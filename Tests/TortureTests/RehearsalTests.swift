import Testing

@testable import Torture

@Suite struct RehearsalTests {
    @Test func aPictureSaysWhatItsWorkerDoes() throws {
        var numbers = SeededNumbers(seed: 1)
        let rehearsal = Rehearsal(.sleep(milliseconds: 7), .once, .crash, .stale, .hang, .devour)
        let picture = rehearsal.picture(&numbers)
        #expect(try #require(Rehearsal(picture)).actions == rehearsal.actions)
        #expect(picture != rehearsal.picture(&numbers), "every picture has its own content")
    }

    @Test func noPartOfAPictureIsAPicture() {
        var numbers = SeededNumbers(seed: 2)
        let picture = Rehearsal(.crash).picture(noise: 64, &numbers)
        for count in 0..<picture.count { #expect(Rehearsal(picture.prefix(count)) == nil, "\(count) bytes") }
    }

    @Test func theSameSeedGivesTheSameNumbers() {
        var (first, second) = (SeededNumbers(seed: 3), SeededNumbers(seed: 3))
        #expect((0..<8).map { _ in first.next() } == (0..<8).map { _ in second.next() })
    }
}
