// swift-tools-version: 6.2
import PackageDescription

// The same kernels once for each instruction set; Nets asks the processor which to use.
#if arch(x86_64)
    let avx2: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
    let avx512: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v4"])]
#else
    let avx2: [SwiftSetting] = []
    let avx512: [SwiftSetting] = []
#endif

// Tests that compute nothing wait for processes and disks: to optimise them costs minutes of every build and gains nothing.
let waiting: [SwiftSetting] = [.unsafeFlags(["-Onone"])]

// Arrows point one way; Sources/README.md draws them. A dependency that is not listed here is a mistake.
let package = Package(
    name: "limner",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "limner", targets: ["limner"]),
        .executable(name: "limnerd", targets: ["limnerd"]),
        .executable(name: "limner-worker", targets: ["limner-worker"]),
        // Loaded by LD_PRELOAD into a daemon that limner torture attacks; linked by nothing.
        .library(name: "limner-clock-shift", type: .dynamic, targets: ["CClockShift"]),
        .library(name: "limner-power-log", type: .dynamic, targets: ["CPowerLog"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CLCMS", linkerSettings: [.linkedLibrary("lcms2")]),
        .target(name: "CHEIF", linkerSettings: [.linkedLibrary("heif")]),
        .target(
            name: "CWebP", linkerSettings: [.linkedLibrary("webp"), .linkedLibrary("webpdemux")]),
        .target(name: "CTIFF", linkerSettings: [.linkedLibrary("tiff")]),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png16"), .linkedLibrary("z")]),
        .target(name: "CInotifyTools", linkerSettings: [.linkedLibrary("inotifytools")]),
        .target(name: "CLinux"),
        .target(name: "CClockShift"),
        .target(name: "CPowerLog"),

        // Readers of strangers' bytes that daemon and worker share.
        .target(name: "Parsing", exclude: ["README.md"]),

        .target(name: "NetsKernels"),
        .target(name: "NetsKernelsAVX2", swiftSettings: avx2),
        .target(name: "NetsKernelsAVX512", swiftSettings: avx512),
        .target(
            name: "Nets", dependencies: ["COpenBLAS", "NetsKernels", "NetsKernelsAVX2", "NetsKernelsAVX512"],
            exclude: ["README.md", "OPERATORS.md"]),
        .target(
            name: "ModelFiles",
            dependencies: [
                "Nets", "Parsing", "Wire",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["README.md", "ONNX/onnx.proto"]),
        .target(
            name: "Pictures", dependencies: ["CHEIF", "CJPEG", "CLCMS", "CPNG", "CTIFF", "CWebP", "Parsing"],
            exclude: ["README.md"]),
        .target(
            name: "Faces",
            dependencies: ["Gallery", "Nets", "ModelFiles", "Parsing", "Pictures", "Wire"],
            exclude: ["README.md"]),
        .target(
            name: "Styles", dependencies: ["Nets", "ModelFiles", "Parsing", "Pictures", "Wire"],
            exclude: ["README.md"]),
        .target(
            // Wire, since what is inlined of Styles knows the layout of its options: it is to be compiled anew when that changes.
            name: "Films", dependencies: ["CLinux", "Nets", "Parsing", "Pictures", "Styles", "Wire"],
            exclude: ["README.md"]),
        .target(
            name: "Wire", dependencies: ["Parsing", .product(name: "Yams", package: "Yams")],
            exclude: ["README.md", "Schemas/manifest.schema.json"],
            resources: [.embedInCode("Schemas/report.schema.json"), .embedInCode("Schemas/retrospect.schema.json")]),
        .target(
            name: "Gallery",
            dependencies: [
                "Parsing", "Wire", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["README.md"]),
        .target(
            name: "Spool",
            dependencies: [
                "Gallery", "Parsing", "Wire", "CInotifyTools", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["README.md"]),
        .target(
            name: "Torture",
            dependencies: [
                "CLinux", "Gallery", "Parsing", "Spool", "Wire", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["README.md"]),
        .executableTarget(
            name: "limner-worker",
            dependencies: [
                "CLinux", "Faces", "Films", "Gallery", "Parsing", "Styles", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["README.md"]),
        .executableTarget(
            name: "limnerd",
            dependencies: [
                "Spool", "Wire", .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"]),
        .executableTarget(
            name: "limner",
            dependencies: [
                "Gallery", "Parsing", "Spool", "Torture", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"]),

        // The validator of our JSON Schemas, and what earlier releases left; only tests depend on it.
        .target(
            name: "TestSupport", dependencies: ["Gallery", "Parsing", "Wire"], path: "Tests/TestSupport",
            exclude: ["README.md"]),
        .testTarget(name: "NetsTests", dependencies: ["Nets"], exclude: ["Golden"]),
        .testTarget(name: "ModelFilesTests", dependencies: ["ModelFiles", "Wire"], exclude: ["Golden"]),
        .testTarget(name: "ParsingTests", dependencies: ["Parsing"]),
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "CHEIF", "CJPEG", "CLCMS", "CPNG", "CTIFF", "CWebP", "Gallery", "ModelFiles", "Nets", "Parsing",
                "Pictures", "Styles",
                "Wire",
            ]),
        .testTarget(name: "PicturesTests", dependencies: ["Parsing", "Pictures"], exclude: ["Fixtures"]),
        .testTarget(
            name: "FacesTests",
            dependencies: ["Faces", "Gallery", "ModelFiles", "Nets", "Pictures", "TestSupport", "Wire"],
            exclude: ["Golden"]),
        .testTarget(
            name: "GalleryTests",
            dependencies: [
                "Gallery", "Parsing", "TestSupport", "Wire", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: waiting),
        .testTarget(
            name: "StylesTests", dependencies: ["Styles", "ModelFiles", "Nets", "Pictures", "Wire"],
            exclude: ["Golden"]),
        .testTarget(
            name: "FilmsTests", dependencies: ["Films", "ModelFiles", "Nets", "Parsing", "Pictures", "Styles", "Wire"]),
        .testTarget(name: "WireTests", dependencies: ["Parsing", "Wire", "TestSupport"], swiftSettings: waiting),
        // Speaks the worker's protocol and does what its input says: crash, hang, lie.
        .executableTarget(
            name: "scripted-worker", dependencies: ["CLinux", "Wire"], path: "Tests/ScriptedWorker"),
        .testTarget(
            name: "SpoolTests",
            dependencies: ["Gallery", "Parsing", "Spool", "Wire", "TestSupport", "scripted-worker", "limnerd"],
            swiftSettings: waiting),
        .testTarget(
            name: "TortureTests",
            dependencies: [
                "Torture", "Spool", "Wire", "limner", "limnerd", "limner-worker", "CClockShift", "CPowerLog",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ], swiftSettings: waiting),
        .testTarget(
            name: "LimnerTests",
            dependencies: [
                "Gallery", "limner", "limnerd", "Parsing", "Spool", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: waiting),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Films", "Gallery", "ModelFiles", "Spool", "Styles", "Wire", "TestSupport", "Pictures", "limnerd",
                "limner",
                "limner-worker",
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: waiting),
    ]
)
