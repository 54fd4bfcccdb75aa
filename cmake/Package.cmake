# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What `cpack -G RPM` makes of the components of Install.cmake. Debian's packages are debian/'s. The sandbox is not among
# them: its PC/SC driver is looked for where Debian has it.
set(CPACK_PACKAGE_NAME kamupin)
set(CPACK_PACKAGE_VENDOR "libkamupin developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "Gives a blocked, forgotten or brand-new Turkish e-signature card a new PIN, together with an\n\
online service that speaks its documented profile.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_GENERATOR RPM)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_PACKAGE_LICENSE Apache-2.0)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE 1)
# Folders that the system's own packages have.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/lib/python3 ${CMAKE_INSTALL_DATADIR})
set(CPACK_RPM_RUNTIME_PACKAGE_NAME libkamupin)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_NAME libkamupin-devel)
set(CPACK_RPM_COMMAND_PACKAGE_NAME kamupin)
set(CPACK_RPM_PYTHON_PACKAGE_NAME python3-kamupin)
set(CPACK_RPM_JAVA_PACKAGE_NAME kamupin-java)
set(CPACK_RPM_DOC_PACKAGE_NAME kamupin-doc)
# What links is found by rpm itself. libcurl is loaded when it is needed; the development files lead to the library.
set(CPACK_RPM_RUNTIME_PACKAGE_REQUIRES "libcurl.so.4()(64bit)")
set(CPACK_RPM_DEVELOPMENT_PACKAGE_REQUIRES "libkamupin = ${PROJECT_VERSION}")
if(KAMUPIN_EXAMPLES)
    list(APPEND CPACK_COMPONENTS_ALL command)
endif()
if(TARGET kamupin_python)
    list(APPEND CPACK_COMPONENTS_ALL python)
endif()
if(TARGET kamupin_java)
    list(APPEND CPACK_COMPONENTS_ALL java)
endif()
list(APPEND CPACK_COMPONENTS_ALL doc)
include(CPack)
