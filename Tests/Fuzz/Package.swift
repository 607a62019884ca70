// swift-tools-version: 6.2
import PackageDescription

// The readers' own sources, built with address sanitizer (see run) and with counters where the fuzzer is to find its way.
let counters: [SwiftSetting] = [
    .unsafeFlags(["-sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table", "-enable-testing"])
]
let counted: [CSetting] = [.unsafeFlags(["-fsanitize-coverage=inline-8bit-counters,pc-table,trace-cmp"])]
#if arch(x86_64)
    let avx2: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3", "-Onone"])]
    let avx512: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v4", "-Onone"])]
#else
    let avx2: [SwiftSetting] = []
    let avx512: [SwiftSetting] = []
#endif

let package = Package(
    name: "limner-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CJPEG", cSettings: counted, linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CHEIF", cSettings: counted, linkerSettings: [.linkedLibrary("heif")]),
        .target(name: "CLCMS", cSettings: counted, linkerSettings: [.linkedLibrary("lcms2")]),
        .target(name: "CTIFF", cSettings: counted, linkerSettings: [.linkedLibrary("tiff")]),
        .target(
            name: "CWebP", cSettings: counted, linkerSettings: [.linkedLibrary("webp"), .linkedLibrary("webpdemux")]),
        .target(name: "CPNG", cSettings: counted, linkerSettings: [.linkedLibrary("png16"), .linkedLibrary("z")]),
        // libFuzzer's entry; run names the library.
        .target(name: "CFuzzer"),
        // Stands in for swift-crypto, which takes longer to build than all else: no reader depends on a hash.
        .target(name: "Crypto"),
        .target(name: "Parsing", exclude: ["README.md"], swiftSettings: counters),
        .target(
            name: "Wire", dependencies: ["Parsing", .product(name: "Yams", package: "Yams")],
            exclude: ["README.md", "Schemas/manifest.schema.json"],
            resources: [.embedInCode("Schemas/report.schema.json"), .embedInCode("Schemas/retrospect.schema.json")],
            swiftSettings: counters),
        .target(
            name: "Pictures", dependencies: ["CHEIF", "CJPEG", "CLCMS", "CPNG", "CTIFF", "CWebP", "Parsing"],
            exclude: ["README.md"],
            swiftSettings: counters),
        // Networks are laid out here and never run.
        .target(name: "NetsKernels", swiftSettings: [.unsafeFlags(["-Onone"])]),
        .target(name: "NetsKernelsAVX2", swiftSettings: avx2),
        .target(name: "NetsKernelsAVX512", swiftSettings: avx512),
        .target(
            name: "Nets", dependencies: ["COpenBLAS", "NetsKernels", "NetsKernelsAVX2", "NetsKernelsAVX512"],
            exclude: ["README.md", "OPERATORS.md"], swiftSettings: [.unsafeFlags(["-Onone"])]),
        .target(
            name: "ModelFiles",
            dependencies: [
                "Crypto", "Nets", "Parsing", "Wire", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["README.md", "ONNX/onnx.proto"], swiftSettings: counters),
        .target(
            name: "Styles", dependencies: ["Nets", "ModelFiles", "Parsing", "Pictures", "Wire"], exclude: ["README.md"],
            swiftSettings: counters),
        // Without the database: its exchange format is what strangers write.
        .target(
            name: "Gallery", dependencies: ["Parsing", "Wire"],
            exclude: [
                "README.md", "Gallery+Changes.swift", "Gallery+Cohort.swift", "Gallery+Corrections.swift",
                "Gallery+Erasure.swift", "Gallery+Exchange.swift", "Gallery+Memory.swift", "Gallery+People.swift",
                "Gallery+Undo.swift", "Decision", "Gallery+Answers.swift", "Gallery+Search.swift", "Gallery.swift",
                "GalleryIndex.swift", "GalleryPolicy.swift", "GallerySchema.swift",
                "TemplateSeal.swift",
            ],
            sources: ["GalleryAnswers.swift", "GalleryError.swift", "GalleryExport.swift", "GalleryRecords.swift"],
            swiftSettings: counters),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "CHEIF", "CJPEG", "CLCMS", "CPNG", "CTIFF", "CWebP", "Gallery", "ModelFiles", "Parsing", "Pictures",
                "Styles", "Wire",
            ]),
        .executableTarget(name: "limner-fuzz", dependencies: ["CFuzzer", "FuzzTargets"]),
    ]
)
