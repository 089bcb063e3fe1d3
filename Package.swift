// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

// What a product needs beyond swift-crypto is fetched only where its trait is on, as all are by default. The condition
// must stand at every use: one without it, and everybody fetches the package.
func product(_ name: String, of package: String, trait: String) -> Target.Dependency {
    .product(name: name, package: package, condition: .when(traits: [trait]))
}

let grdb = product("GRDB", of: "GRDB.swift", trait: "SQLite")
let argumentParser = product("ArgumentParser", of: "swift-argument-parser", trait: "Program")
let histogram = product("Histogram", of: "hdrhistogram-swift", trait: "Program")
let hosting = [
    product("CoreMetrics", of: "swift-metrics", trait: "Service"),
    product("Logging", of: "swift-log", trait: "Service"),
    product("ServiceLifecycle", of: "swift-service-lifecycle", trait: "Service"),
    product("Tracing", of: "swift-distributed-tracing", trait: "Service"),
]
let hostingTestKits = [
    product("InMemoryLogging", of: "swift-log", trait: "Service"),
    product("InMemoryTracing", of: "swift-distributed-tracing", trait: "Service"),
    product("MetricsTestKit", of: "swift-metrics", trait: "Service"),
    product("ServiceLifecycleTestKit", of: "swift-service-lifecycle", trait: "Service"),
]

let package = Package(
    name: "enrollment-engine",
    products: [
        .library(name: "Enrollment", targets: ["Enrollment"]),
        .library(name: "EventLog", targets: ["EventLog"]),
        .library(name: "EnrollmentEngine", targets: ["EnrollmentEngine"]),
        .library(name: "EnrollmentReadModel", targets: ["EnrollmentReadModel"]),
        .library(name: "EnrollmentVault", targets: ["EnrollmentVault"]),
        .library(name: "EnrollmentAudit", targets: ["EnrollmentAudit"]),
        .library(name: "EnrollmentExport", targets: ["EnrollmentExport"]),
        .library(name: "EnrollmentService", targets: ["EnrollmentService"]),
        .library(name: "EnrollmentTesting", targets: ["EnrollmentTesting"]),
        .library(name: "Transparency", targets: ["Transparency"]),
        .library(name: "CapacityRace", targets: ["CapacityRace"]),
        .executable(name: "enroll", targets: ["enroll"]),
    ],
    traits: [
        .trait(name: "SQLite", description: "Read tables, projections, the vault, audits and exports: fetches GRDB."),
        .trait(
            name: "Program", description: "The program `enroll` and the capacity race: command line and histograms.",
            enabledTraits: ["SQLite"]),
        .trait(
            name: "Service", description: "The engine as a service of its host: lifecycle, log, metrics and tracing.",
            enabledTraits: ["SQLite"]),
        .default(enabledTraits: ["SQLite", "Program", "Service"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Enrollment", swiftSettings: strict),
        .target(
            name: "EventLog", dependencies: ["CZlib", .product(name: "Crypto", package: "swift-crypto")],
            exclude: ["Format/FORMAT.md"], swiftSettings: strict),
        .target(
            name: "Transparency", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "EnrollmentAudit",
            dependencies: [
                "Enrollment", "EventLog", "EnrollmentEngine", "EnrollmentReadModel", "Pages", "Transparency",
            ],
            swiftSettings: strict),
        .target(
            name: "EnrollmentEngine",
            dependencies: ["Enrollment", "EventLog", .product(name: "Crypto", package: "swift-crypto")],
            exclude: ["Encoding/PAYLOADS.md", "Snapshot/SNAPSHOT.md"], swiftSettings: strict),
        .target(
            name: "EnrollmentReadModel",
            dependencies: [
                "Enrollment", "EventLog", "EnrollmentEngine", .product(name: "Crypto", package: "swift-crypto"),
                grdb,
            ],
            swiftSettings: strict),
        // A target of its own because of SQLite: whoever audits without exporting need not build it.
        .target(
            name: "EnrollmentExport",
            dependencies: [
                "Enrollment", "EnrollmentAudit", "EnrollmentEngine", "EnrollmentReadModel", "EventLog", "Transparency",
                .product(name: "Crypto", package: "swift-crypto"), grdb,
            ],
            swiftSettings: strict),
        .target(
            name: "EnrollmentService",
            dependencies: ["Enrollment", "EnrollmentEngine", "EnrollmentReadModel", "EventLog"] + hosting,
            swiftSettings: strict),
        .target(
            name: "EnrollmentVault",
            dependencies: [
                "Enrollment", "EnrollmentEngine", .product(name: "Crypto", package: "swift-crypto"),
                grdb,
            ],
            swiftSettings: strict),
        .target(
            name: "EnrollmentTesting",
            dependencies: [
                "Enrollment", "EventLog", "EnrollmentEngine", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        // Charts and pages in one file, for whatever writes a report.
        .target(name: "Pages", swiftSettings: strict),
        // The capacity race, and what judges it: the program runs it, and so may benchmarks.
        .target(
            name: "CapacityRace",
            dependencies: [
                "Enrollment", "EventLog", "EnrollmentEngine", "EnrollmentTesting", "Pages",
                histogram,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "enroll",
            dependencies: [
                "CapacityRace", "Enrollment", "EnrollmentAudit", "EnrollmentExport", "EventLog", "EnrollmentEngine",
                "EnrollmentReadModel", "EnrollmentVault", "Pages", "Transparency",
                argumentParser,
                grdb,
            ],
            swiftSettings: strict),
        .testTarget(name: "EnrollmentTests", dependencies: ["Enrollment", "EnrollmentTesting"], swiftSettings: strict),
        // How often a command asks for memory: a program of its own, since the counting stands in glibc's place.
        .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
        .executableTarget(
            name: "allocations",
            dependencies: ["CAllocationCount", "Enrollment", "EventLog", "EnrollmentEngine", "EnrollmentTesting"],
            path: "Tests/Allocations", swiftSettings: strict),
        .target(name: "ChildProcesses", path: "Tests/ChildProcesses", swiftSettings: strict),
        // The proofs of the log at any size: the tests run them small, the program `torture` runs them long.
        .target(
            name: "LogProofs", dependencies: ["EventLog", "EnrollmentTesting"], path: "Tests/LogProofs",
            swiftSettings: strict),
        .executableTarget(
            name: "torture",
            dependencies: [
                "CapacityRace", "ChildProcesses", "Enrollment", "EventLog", "EnrollmentEngine", "EnrollmentTesting",
                "LogProofs", argumentParser,
            ], path: "Tests/Torture", swiftSettings: strict),
        // Reads a log in every way without the concurrency runtime, for valgrind.
        .executableTarget(
            name: "readings", dependencies: ["EventLog", "EnrollmentTesting"], path: "Tests/Readings",
            swiftSettings: strict),
        // Shows a person's texts and erases them, for a look into its memory.
        .executableTarget(
            name: "forgetting",
            dependencies: ["Enrollment", "EnrollmentEngine", "EnrollmentReadModel", "EnrollmentVault", "EventLog"],
            path: "Tests/Forgetting", swiftSettings: strict),
        .testTarget(
            name: "EventLogTests", dependencies: ["ChildProcesses", "EventLog", "EnrollmentTesting", "LogProofs"],
            swiftSettings: strict),
        .testTarget(
            name: "TortureTests",
            dependencies: ["CapacityRace", "ChildProcesses", "EnrollmentEngine", "EventLog", "LogProofs", "torture"],
            swiftSettings: strict),
        .testTarget(
            name: "EnrollmentEngineTests",
            dependencies: [
                "ChildProcesses", "Enrollment", "EventLog", "EnrollmentEngine", "EnrollmentTesting", "LogProofs",
            ], swiftSettings: strict),
        .testTarget(
            name: "EnrollmentReadModelTests",
            dependencies: [
                "Enrollment", "EventLog", "EnrollmentEngine", "EnrollmentReadModel", "EnrollmentTesting",
                .product(name: "Crypto", package: "swift-crypto"), grdb,
            ], swiftSettings: strict),
        .testTarget(
            name: "EnrollmentServiceTests",
            dependencies: [
                "Enrollment", "EnrollmentEngine", "EnrollmentReadModel", "EnrollmentService", "EnrollmentTesting",
                "EventLog", "LogProofs", grdb,
            ] + hosting + hostingTestKits, swiftSettings: strict),
        .testTarget(
            name: "EnrollmentVaultTests",
            dependencies: [
                "ChildProcesses", "Enrollment", "EnrollmentEngine", "EnrollmentReadModel", "EnrollmentTesting",
                "EnrollmentVault", "EventLog", .product(name: "Crypto", package: "swift-crypto"),
                grdb,
            ], swiftSettings: strict),
        .testTarget(
            name: "EnrollTests",
            dependencies: [
                "ChildProcesses", "enroll", "Enrollment", "EnrollmentEngine", "EnrollmentTesting", "EnrollmentVault",
                "forgetting", "LogProofs", "Transparency", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "CapacityRaceTests",
            dependencies: ["CapacityRace", "Enrollment", "EventLog", "EnrollmentEngine", "EnrollmentTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "TransparencyTests",
            dependencies: ["EnrollmentTesting", "Transparency", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .testTarget(
            name: "EnrollmentAuditTests",
            dependencies: [
                "Enrollment", "EnrollmentAudit", "EnrollmentEngine", "EnrollmentExport", "EnrollmentReadModel",
                "EnrollmentTesting", "EventLog", "Pages", "Transparency",
                .product(name: "Crypto", package: "swift-crypto"), grdb,
            ], swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)

// The core alone builds in a third of the time: for the inner loop on domain, log and engine, and for their coverage.
if Context.environment["ENROLL_CORE"] != nil {
    let core = [
        "CZlib", "Enrollment", "EventLog", "EnrollmentEngine", "EnrollmentTesting", "CAllocationCount", "allocations",
        "ChildProcesses", "LogProofs", "EnrollmentTests", "EventLogTests", "EnrollmentEngineTests",
    ]
    package.targets.removeAll { !core.contains($0.name) }
    package.products.removeAll { !core.contains($0.name) }
    package.dependencies.removeAll {
        guard case .sourceControl(_, let location, _) = $0.kind else { return true }
        return !location.hasSuffix("/swift-crypto")
    }
}
