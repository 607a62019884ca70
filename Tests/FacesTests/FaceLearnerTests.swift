import Foundation
import Gallery
import ModelFiles
import Nets
import Testing
import Wire

@testable import Faces

@Suite struct FaceLearnerTests {
    typealias Person = (name: String, samples: [(picture: String, chip: FaceChip)])

    /// Drawn people: a face of their own few colours, and of each picture another light and noise.
    private func people(_ count: Int, _ each: Int, seed: UInt64) -> [Person] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { person in
            let tiles = (0..<49).map { _ in
                SIMD3<Float>(generator.uniform(30, 225), generator.uniform(30, 225), generator.uniform(30, 225))
            }
            let samples = (0..<each).map { picture in
                let light = generator.uniform(0.6, 1.3)
                let pixels = (0..<112 * 112).flatMap { place -> [UInt8] in
                    let tile = tiles[place / 112 / 16 * 7 + place % 112 / 16]
                    return (0..<3).map { UInt8(min(255, max(0, tile[$0] * light + Float(generator.normal()) * 25))) }
                }
                return (picture: "p\(person)/\(picture)", chip: FaceChip(pixels: pixels))
            }
            return ("p\(person)", samples)
        }
    }

    @Test func aNetworkFromNothingLearnsToTellPeopleApart() throws {
        let threads = ThreadPool(threads: 2)
        let known = people(24, 4, seed: 1)
        let start = LoadedModel.untrained(seed: 7)
        let training = try NetworkTraining(start, depth: .new, strangers: 0, threads: threads)
        let views = known.flatMap { $0.samples.map { [$0.chip] } }
        let places = known.indices.map { Array($0 * 4..<$0 * 4 + 4) }
        let losses = (0..<30).map { step in
            training.step(
                step, of: 30, views: views, people: places, neighbours: [], strangers: [], teacher: nil, seed: 1,
                isPositive: { $0 != $1 })
        }
        func spread(_ values: ArraySlice<TripletLoss.Value>) -> Double {
            values.reduce(0) { $0 + $1.positive / $1.negative } / Double(values.count)
        }
        #expect(spread(losses.suffix(5)) < spread(losses.prefix(5)) * 0.8)
        // On people whom it never saw.
        let others = people(10, 4, seed: 2)
        func equalError(_ graph: Graph) throws -> Double {
            let maker = try TemplateMaker(start.with(graph), threads: threads)
            let labelled = LabelledTemplates(
                people: others.map { person in
                    .init(
                        name: person.name, templates: maker.templates(of: person.samples.map(\.chip)),
                        pictures: person.samples.map(\.picture))
                })
            return PairScores(labelled).curve().equalErrorRate
        }
        let (before, after) = (try equalError(start.graph), try equalError(training.now))
        #expect(after < before, "\(before) before, \(after) after")
        #expect(after < 0.2)
    }

    @Test func nobodyIsInTwoShares() throws {
        let set = try LearningSet(
            people(22, 2, seed: 3).map { person in
                .init(name: person.name, samples: person.samples.map { .init(picture: $0.picture, chip: $0.chip) })
            }, seed: 1, unusable: 0)
        let shares = [set.learning, set.choosing, set.judging].map { Set($0.people.map(\.name)) }
        #expect(shares.map(\.count).reduce(0, +) == 22 && shares.allSatisfy { $0.count >= 4 })
        #expect(shares[0].isDisjoint(with: shares[1]) && shares[0].union(shares[1]).isDisjoint(with: shares[2]))
    }

    @Test func ofTooFewPeopleNothingIsLearned() {
        #expect(throws: FaceError.tooFewPeopleToLearn(comparable: 3, least: 20, unusable: 2)) {
            try LearningSet(
                people(3, 2, seed: 3).map { person in
                    .init(name: person.name, samples: person.samples.map { .init(picture: $0.picture, chip: $0.chip) })
                }, seed: 1, unusable: 2)
        }
    }

    @Test func aHeadIsLearnedOfTheRealNetworkAndJudged() throws {
        let model = try ModelStore().graph(.sface)
        var task = FaceLearner.Task()
        task.resolution = 16
        task.steps = 40
        var shares: [Double] = []
        let outcome = try FaceLearner(
            model, task: task, people: people(24, 3, seed: 5), unusable: 0, threads: ThreadPool(threads: 2)
        ) { shares.append($0.share) }.learn()
        #expect(outcome.people == (14, 5, 5))
        // So few pairs say nothing of one false acceptance in a thousand.
        #expect(outcome.figures.map(\.resolution) == [16, 16, 112, 112])
        #expect(
            outcome.figures.allSatisfy {
                $0.low <= $0.high && (0...1).contains($0.before) && (0...1).contains($0.after)
            })
        // Five people of three drawn pictures prove nothing, whatever was learned, unless every one of them says so.
        let gain = outcome.figures[0]
        #expect(outcome.accepted == (gain.high < 0 && outcome.figures[3].after >= outcome.figures[3].before - 0.001))
        #expect(shares == shares.sorted())
    }

    // MARK: Going on

    private struct Killed: Error {}

    /// What learning leaves behind when it is killed at a step, read back from the disk.
    private func broken(
        _ model: LoadedModel, _ task: FaceLearner.Task, _ known: [Person], at step: Int,
        from start: LearningCheckpoint?,
        _ threads: ThreadPool
    ) throws -> LearningCheckpoint {
        let path = FileManager.default.temporaryDirectory.appending(path: "learning-\(UUID()).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var count = 0
        let checkpoints = LearningCheckpoints(start: start, isDue: { true }, keep: { try $0.write(to: path) })
        #expect(throws: Killed.self) {
            try FaceLearner(
                model, task: task, people: known, unusable: 0, threads: threads, checkpoints: checkpoints
            ) { update in
                guard update.steps != nil else { return }
                count += 1
                if count > step { throw Killed() }
            }.learn()
        }
        return try LearningCheckpoint(reading: path)
    }

    private func file(_ outcome: FaceLearner.Outcome) throws -> Data {
        let path = FileManager.default.temporaryDirectory.appending(path: "learned-\(UUID()).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try LearnedModel(
            name: "toy", base: ModelStore().facts(.sface), network: outcome.graph.map { ($0, outcome.pixels) },
            recognition: String(decoding: try JSONEncoder.sorted.encode(outcome.recognition), as: UTF8.self),
            version: "1", origin: outcome.why
        ).write(to: path)
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    /// Killed at several places, of the network and of its heads, it comes to the same file.
    @Test(arguments: [(LearningDepth.new, 22, [3, 18, 25, 430]), (.head, 30, [7, 31, 90])])
    func killedAgainAndAgainItComesToTheSameBytes(_ depth: LearningDepth, _ steps: Int, _ kills: [Int]) throws {
        let model = try ModelStore().graph(.sface)
        let threads = ThreadPool(threads: 2)
        let known = people(24, 3, seed: 9)
        var task = FaceLearner.Task()
        task.depth = depth
        task.resolution = 32
        task.steps = steps
        let calm = try FaceLearner(model, task: task, people: known, unusable: 0, threads: threads) { _ in }.learn()
        var start: LearningCheckpoint?
        var done = 0
        for kill in kills {
            start = try broken(model, task, known, at: kill - done, from: start, threads)
            done = kill
        }
        let learner = try FaceLearner(
            model, task: task, people: known, unusable: 0, threads: threads,
            checkpoints: LearningCheckpoints(start: start, isDue: { false }, keep: { _ in })
        ) { _ in }
        #expect(learner.beginning == .resumed(step: try #require(start).steps))
        let outcome = try learner.learn()
        #expect(outcome.resumedFrom != nil && calm.resumedFrom == nil)
        #expect(outcome.losses == calm.losses && outcome.bestStep == calm.bestStep && outcome.steps == calm.steps)
        #expect(outcome.figures == calm.figures && outcome.why == calm.why)
        #expect(try file(outcome) == file(calm))
        // Of other options it is another work.
        task.seed = 2
        let other = try FaceLearner(
            model, task: task, people: known, unusable: 0, threads: threads,
            checkpoints: LearningCheckpoints(start: start, isDue: { false }, keep: { _ in })
        ) { _ in }
        #expect(other.beginning == .refused)
    }

    @Test func aDamagedCheckpointIsRefused() throws {
        let model = try ModelStore().graph(.sface)
        let threads = ThreadPool(threads: 2)
        var task = FaceLearner.Task()
        task.steps = 4
        let kept = try broken(model, task, people(20, 2, seed: 4), at: 2, from: nil, threads)
        let path = FileManager.default.temporaryDirectory.appending(path: "damaged-\(UUID()).safetensors").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try kept.write(to: path)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count - 5] ^= 0x40
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: ModelFileError.checkpointUnusable(path: path, why: "it is damaged")) {
            try LearningCheckpoint(reading: path)
        }
    }
}

extension JSONEncoder {
    fileprivate static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return encoder
    }
}
