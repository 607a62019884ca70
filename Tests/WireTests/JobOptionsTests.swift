import Foundation
import Testing

@testable import Wire

@Suite struct JobOptionsTests {
    @Test func everyDeclarationIsWhole() {
        let labels = Mirror(reflecting: OptionCatalogue.declared).children.compactMap(\.label)
        #expect(JobOption.all.map(\.key) == labels)
        for option in JobOption.all {
            #expect(!option.kinds.isEmpty && option.places.contains(.manifest), "\(option.key)")
            #expect(option.summary.hasSuffix(".") && option.summary.first?.isUppercase == true, "\(option.key)")
            #expect(option.flag.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(option.flag)")
            if let setting = option.setting { #expect(SettingsCatalogue.key(named: setting.name) != nil) }
        }
        for kind in JobKind.allCases {
            let keys = kind.options.map(\.key)
            #expect(Set(keys).count == keys.count && Set(kind.facts.needs).isSubset(of: keys), "\(kind)")
        }
    }

    @Test func whatNobodyGaveIsTakenFromTheNext() {
        let job = JobOptions { $0.size = 300 }
        let style = JobOptions {
            $0.size = 700
            $0.seed = 9
        }
        let merged = job.over(style)
        #expect(merged.size == 300 && merged.seed == 9 && merged.iterations == nil)
        #expect(merged != job && merged.over(style) == merged)
    }

    @Test func defaultsFollowWhatTheyDependOn() {
        func resolved(_ fill: (inout JobOptions) -> Void) -> ResolvedOptions {
            JobOptions(fill).resolved(for: .stylize)
        }
        #expect(resolved { _ in }.size == 512 && resolved { $0.preset = .fast }.size == 1024)
        #expect(resolved { $0.preset = .fine }.iterations == 600 && resolved { $0.iterations = 7 }.iterations == 7)
        #expect(resolved { $0.network = .features(.alexnet) }.contentLayers == ["relu3"])
        #expect(resolved { $0.optimizer = .adam }.learningRate == 5 && resolved { _ in }.learningRate == 1)
        let texts = Dictionary(uniqueKeysWithValues: JobOption.all.map { ($0.key, $0.defaultText) })
        #expect(
            texts["size"]
                == "the setting stylize.size, 512; fast: 1024; polished: 1024; fine: 768; deep-photo: 700; photo: 700")
        #expect(texts["threshold"] == "the setting faces.threshold")
        #expect(
            texts["tvWeight"] == "50.0; gatys: 0.0; neural-style: 0.001; neural-style-tf: 0.001; hwalsuklee: 0.0; "
                + "style-transfer-pytorch: 3.0757e-05; deep-photo: 0.001; photo: 0.0")
        #expect(texts["learningRate"] == "1.0; adam: 5.0")
        #expect(texts["depth"] == "head; style: all")
        #expect(JobOptions { $0.subject = .style }.resolved(for: .learn).depth == .all)
        #expect(JobOptions().resolved(for: .learn).depth == .head)
        #expect(texts["person"] == .some(nil))
    }

    /// As releases before mixes have it, and read it.
    @Test func oneLossIsItsNameAndSeveralAreWeights() throws {
        for (losses, text, words) in [
            ([.gram], #"{"styleLoss":"gram"}"#, "gram"), ([.gram: 7], #"{"styleLoss":"gram"}"#, "gram"),
            ([.wasserstein: 3, .gram: 1], #"{"styleLoss":{"gram":1,"wasserstein":3}}"#, "gram, wasserstein=3.0"),
        ] as [(LossWeights, String, String)] {
            let options = JobOptions { $0.styleLoss = losses }
            #expect(options.json == text && losses.text == words)
            #expect(try WireJSON.decode(JobOptions.self, from: Data(text.utf8)) == options)
            #expect(options.mistakes(for: .stylize).isEmpty)
        }
    }

    @Test func aReportShowsWhatThePaintingLooksAt() {
        let given = JobOptions {
            $0.styles = [StyleChoice(source: .name("wave"))]
            $0.threshold = 0.5
        }
        let optimised = given.resolved(for: .stylize).reported
        #expect(optimised.iterations == 140 && optimised.strength == 1 && optimised.styles != nil)
        #expect(optimised.threshold == nil, "an option of another kind")
        let fast = given.over(JobOptions { $0.preset = .fast }).resolved(for: .stylize).reported
        #expect(fast.iterations == nil && fast.strength == 1 && fast.size == 1024)
        #expect(fast.seed == nil && fast.pooling == nil)

        func reported(_ preset: StylePreset, _ fill: (inout JobOptions) -> Void = { _ in }) -> JobOptions {
            JobOptions {
                $0.preset = preset
                fill(&$0)
            }.resolved(for: .stylize).reported
        }
        for preset in StylePreset.allCases {
            let isPassed = [.fast, .polished, .draft, .standard, .fine].contains(preset)
            #expect((reported(preset).strength == 1) == isPassed, "\(preset)")
        }
        #expect(reported(.gatys) { $0.start = .pass }.strength == 1)
        #expect(reported(.draft) { $0.start = .content }.strength == nil)
        #expect(reported(.fast) { $0.styleSize = 200 }.styleSize == nil)
        #expect(reported(.draft) { $0.styleSize = 200 }.styleSize == 200)
        let parted = reported(.fast) { $0.clusters = 2 }
        #expect(parted.seed == 1 && parted.pooling == .max)
    }

    @Test func aReportShowsWhatGoesWithOtherOptions() {
        func reported(of subject: OptionUse.Subject = .either, _ fill: (inout JobOptions) -> Void) -> JobOptions {
            JobOptions(fill).resolved(for: .stylize).reported(of: subject)
        }
        #expect(reported { _ in }.lumaSpace == nil && reported { $0.colors = .content }.lumaSpace == .ycbcr)
        #expect(reported { _ in }.colorMatch == nil && reported { $0.colors = .match }.colorMatch == .symmetric)
        #expect(reported { _ in }.histogramLayers == nil && reported { $0.histogramWeight = 1 }.histogramLayers != nil)
        #expect(reported { _ in }.mattingNorm == nil && reported { $0.mattingWeight = 1 }.mattingNorm == .mean)
        #expect(reported { $0.tvWeight = 0 }.tvLoss == nil && reported { $0.contentWeight = 0 }.contentNorm == nil)
        #expect(reported { _ in }.styleScale == 1 && reported { $0.styleSize = 99 }.styleScale == nil)

        let (picture, film) = (reported(of: .picture) { _ in }, reported(of: .film) { _ in })
        #expect(picture.filmFormat == nil && picture.frameIterations == nil && picture.steady == nil)
        #expect(picture.format == .jpeg && picture.quality == 92 && film.format == nil && film.quality == 92)
        #expect(film.filmFormat == .mp4 && film.frameIterations == 20 && film.steady == true)
        #expect(reported(of: .film) { $0.steady = false }.temporalWeight == nil)
        #expect(reported(of: .film) { $0.filmFormat = .y4m }.quality == nil)
        #expect(reported(of: .picture) { $0.format = .tiff }.quality == nil)
        #expect(reported { $0.format = .tiff }.quality == 92, "it may be a film")
    }

    @Test func whatNoneOfThePaintingsLookedAtIsUnused() {
        let given = JobOptions {
            $0.network = .vgg19
            $0.size = 300
            $0.iterations = 5
        }
        func unused(_ paintings: JobOptions...) -> [String] { given.unused(by: paintings).map(\.key) }
        let pass = JobOptions {
            $0.network = .arbitrary
            $0.size = 200
        }
        #expect(unused(given) == [] && unused(pass) == ["network", "iterations"] && unused(pass, given) == [])
    }

    @Test func rangesHoldForWhatComesThroughNoReader() {
        let options = JobOptions {
            $0.size = 63
            $0.tvWeight = .nan
            $0.styleLayers = ["relu1_1": -1]
            $0.seed = .max
            $0.pooling = .average
            $0.threshold = 0.5
        }
        let mistakes = options.mistakes(for: .stylize)
        #expect(
            Set(mistakes.map(\.key)) == [
                "options.size", "options.tvWeight", "options.styleLayers.relu1_1", "options.threshold",
            ])
        #expect(JobOptions { $0.threshold = 0.5 }.mistakes(for: .verify).isEmpty)
    }

    /// Rows and reports of 0.1.0, word for word.
    @Test func whatEarlierReleasesWroteIsRead() throws {
        func task(_ text: String) throws -> JobTask { try WireJSON.decode(JobTask.self, from: Data(text.utf8)) }
        #expect(
            try task(#"{"kind":"enroll","options":{"detectionScore":0.7,"person":"Ada ✨"}}"#)
                == JobTask(.enroll) {
                    $0.person = "Ada ✨"
                    $0.detectionScore = 0.7
                })
        let painting = try task(
            #"""
            {"kind":"stylize","options":{"contentLayers":{"relu4_2":1},"iterations":100000,"learningRate":1000,
            "network":"multistyle26","optimizer":"adam","preserveColors":true,"seed":18446744073709551615,
            "start":"noise","styles":[{"name":"numbered-7","weight":1}]}}
            """#)
        #expect(painting.options.network == .multistyle26 && painting.options.learningRate == 1000)
        #expect(
            painting.options.colors == .content && painting.options.preserveColors == nil
                && painting.options.seed == .max)
        #expect(painting.options.mistakes(for: .stylize).isEmpty)
        #expect(try WireJSON.decode(JobTask.self, from: WireJSON.encode(painting)) == painting)
        for text in [
            #"{"kind":"enroll","options":{}}"#, #"{"kind":"verify","options":{"person":"a","reference":"b"}}"#,
        ] {
            #expect(throws: DecodingError.self, "\(text)") { try task(text) }
        }
    }

    @Test(arguments: [
        (#"{"colors":"content"}"#, StyleColors.content), (#"{"preserveColors":true}"#, .content),
        (#"{"preserveColors":false}"#, .style), (#"{"preserveColors":true,"colors":"style"}"#, .style),
    ])
    func anEarlierSpellingOfTheColorsIsReadAsTodays(text: String, colors: StyleColors) throws {
        let options = #"{"styles":[{"name":"w"}],\#(text.dropFirst())"#
        let task = try JobSubmission(query: [("kind", "stylize"), ("name", "a.jpg"), ("options", options)]).task
        #expect(task.options.colors == colors && task.options.preserveColors == nil)
        #expect(try WireJSON.decode(JobOptions.self, from: Data(text.utf8)).colors == colors)
    }
}
