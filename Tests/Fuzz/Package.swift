// swift-tools-version: 6.2
// A package of its own: libFuzzer and AddressSanitizer are compiled into everything, which no other build wants.
import PackageDescription

let package = Package(
    name: "fuzz",
    products: [
        .executable(name: "FuzzLog", targets: ["FuzzLog"]),
        .executable(name: "FuzzEngine", targets: ["FuzzEngine"]),
    ],
    dependencies: [.package(name: "enrollment-engine", path: "../..", traits: [])],
    targets: [
        .target(name: "FuzzDriver"),
        .executableTarget(
            name: "FuzzLog", dependencies: ["FuzzDriver", .product(name: "EventLog", package: "enrollment-engine")]),
        .executableTarget(
            name: "FuzzEngine",
            dependencies: [
                "FuzzDriver",
                .product(name: "Enrollment", package: "enrollment-engine"),
                .product(name: "EventLog", package: "enrollment-engine"),
                .product(name: "EnrollmentEngine", package: "enrollment-engine"),
            ]),
    ]
)
