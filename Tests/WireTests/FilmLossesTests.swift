import Testing
import Wire

@Suite struct FilmLossesTests {
    @Test func framesHaveTheMeansOfEachLoss() throws {
        func losses(_ frames: Int, _ value: Double) -> FilmLosses {
            FilmLosses(
                frames: frames, total: 2 * value, content: 0, style: 2 * value, tv: 0, temporal: 0,
                styleLosses: [.gram: value, .wasserstein: value])
        }
        let joined = losses(3, 1).joined(by: losses(1, 5))
        #expect(joined.frames == 4 && joined.style == 4 && joined.styleLosses == [.gram: 2, .wasserstein: 2])
    }
}
