# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What `cmake --install` puts where, by component, as the packages are cut: runtime (the shared library),
# development (headers, both libraries, CMake package, pkg-config, manual of the API), command, sandbox,
# python, java, doc. The command's and the sandbox's files are installed beside what builds them, in examples/.
include(CMakePackageConfigHelpers)

install(TARGETS kamupin EXPORT kamupinSharedTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development)
# What the static library wants where a program is linked. One with its own libcurl is for wheels and jars, and not installed.
set(KAMUPIN_NEEDS "jansson, libcrypto >= 3.0")
set(KAMUPIN_NEEDS_MODULES jansson)
if(KAMUPIN_PCSC STREQUAL "link")
    string(PREPEND KAMUPIN_NEEDS "libpcsclite, ")
    list(PREPEND KAMUPIN_NEEDS_MODULES libpcsclite)
endif()
set(kinds Shared)
if(KAMUPIN_STATIC_DEPS)
    set(KAMUPIN_NEEDS "")
else()
    list(APPEND kinds Static)
    install(TARGETS kamupin_static EXPORT kamupinStaticTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endif()
install(DIRECTORY include/kamupin DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN "*.h")

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kamupin)
foreach(kind ${kinds})
    install(EXPORT kamupin${kind}Targets NAMESPACE kamupin:: DESTINATION ${package_dir} COMPONENT development)
endforeach()
configure_package_config_file(cmake/kamupinConfig.cmake.in ${CMAKE_BINARY_DIR}/kamupinConfig.cmake
    INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0.0 another minor version may have changed calls.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/kamupinConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/kamupinConfig.cmake ${CMAKE_BINARY_DIR}/kamupinConfigVersion.cmake
    DESTINATION ${package_dir} COMPONENT development)

# Filled in where it goes: `cmake --install --prefix` may name another folder than configuring did.
install(CODE "
    set(PROJECT_VERSION \"${PROJECT_VERSION}\")
    set(PROJECT_DESCRIPTION \"${PROJECT_DESCRIPTION}\")
    set(KAMUPIN_NEEDS \"${KAMUPIN_NEEDS}\")
    set(CMAKE_INSTALL_LIBDIR \"${CMAKE_INSTALL_LIBDIR}\")
    set(CMAKE_INSTALL_INCLUDEDIR \"${CMAKE_INSTALL_INCLUDEDIR}\")
    configure_file(\"${PROJECT_SOURCE_DIR}/pkgconfig/kamupin.pc.in\"
        \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig/kamupin.pc\" @ONLY)"
    COMPONENT development)

install(DIRECTORY share/profiles DESTINATION ${CMAKE_INSTALL_DATADIR}/kamupin COMPONENT command FILES_MATCHING PATTERN "*.profile")
# What manual pages and headers point to.
set(doc ${CMAKE_INSTALL_DATADIR}/doc/kamupin)
install(FILES README.md DESTINATION ${doc} COMPONENT doc)
install(DIRECTORY docs/ DESTINATION ${doc}/docs COMPONENT doc
    FILES_MATCHING PATTERN "*.md" PATTERN "*.json" PATTERN "*.yaml" PATTERN man EXCLUDE PATTERN abi EXCLUDE PATTERN site EXCLUDE)
install(DIRECTORY examples/ DESTINATION ${doc}/examples COMPONENT doc
    FILES_MATCHING PATTERN "*.c" PATTERN "*.java" PATTERN "*.py" PATTERN __pycache__ EXCLUDE
    PATTERN cli EXCLUDE PATTERN desktop EXCLUDE PATTERN sandbox EXCLUDE)
install(CODE "
    set(KAMUPIN_DOC \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${doc}\")
    include(\"${PROJECT_SOURCE_DIR}/cmake/PlainLinks.cmake\")"
    COMPONENT doc)
